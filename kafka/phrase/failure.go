package phrase

import (
	"errors"
	"fmt"
	"strings"
)

// failure is an error that can be said in several languages.
type failure struct{ Phrase }

// caused is a failure that wraps an error, and manifold one that wraps several: errors.Unwrap tells the two apart.
type (
	caused struct {
		failure
		cause error
	}
	manifold struct {
		failure
		causes []error
	}
)

// Errorf is fmt.Errorf for an error that somebody reads: format names it in every language, and %w wraps.
//
// Each call makes an error of its own, so that a sentinel made with it is told from others by errors.Is.
func Errorf(format string, args ...any) error {
	f := failure{New(strings.ReplaceAll(format, "%w", "%v"), args...)}
	var causes []error
	if strings.Contains(format, "%w") {
		for _, arg := range args {
			if err, ok := arg.(error); ok {
				causes = append(causes, err)
			}
		}
	}
	switch len(causes) {
	case 0:
		return &f
	case 1:
		return &caused{f, causes[0]}
	}
	return &manifold{f, causes}
}

// Error says it in English.
func (f *failure) Error() string { return f.String() }

// Unwrap gives what the error wraps.
func (c *caused) Unwrap() error { return c.cause }

// Unwrap gives all that the error wraps.
func (m *manifold) Unwrap() []error { return m.causes }

// Say says an error in a language: as far as it was made here, or is one of the system's that people meet; what else comes from
// elsewhere is in English. It is empty for nil.
func Say(l *Language, err error) string {
	switch err := err.(type) { //nolint:errorlint // the outermost decides how it is said; those in it are its arguments
	case nil:
		return ""
	case Speaker:
		return err.In(l)
	case interface{ Unwrap() []error }:
		if joined := sayAll(l, err.Unwrap()); joined.english == fmt.Sprint(err) {
			return joined.said
		}
	case interface{ Unwrap() error }:
		// An error that adds nothing to what it wraps, an exit code for example; or the path of a file, the address of a peer.
		if inner := err.Unwrap(); inner != nil {
			if before, ends := strings.CutSuffix(fmt.Sprint(err), inner.Error()); ends && (before == "" || names(err)) {
				return before + Say(l, inner)
			}
		}
	}
	if known := system(err); l != nil && !known.Empty() {
		return known.In(l)
	}
	return err.Error()
}

// sayAll says errors as errors.Join does, a line each.
func sayAll(l *Language, errs []error) (joined struct{ said, english string }) {
	said := make([]string, len(errs))
	for i, err := range errs {
		said[i] = Say(l, err)
	}
	joined.said = strings.Join(said, "\n")
	if all := errors.Join(errs...); all != nil {
		joined.english = all.Error()
	}
	return joined
}
