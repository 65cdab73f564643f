package phrase

import "context"

// inContext is the key of the language of whoever waits for the work of a context.
type inContext struct{}

// Into returns a context whose work is for somebody who reads that language; nil is English.
func Into(ctx context.Context, l *Language) context.Context {
	return context.WithValue(ctx, inContext{}, l)
}

// Of is the language of a context: English unless Into said another.
func Of(ctx context.Context) *Language {
	if ctx == nil {
		return nil
	}
	l, _ := ctx.Value(inContext{}).(*Language)
	return l
}
