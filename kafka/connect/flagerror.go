package connect

import (
	"errors"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"blackfriday/kafka/phrase"
)

// FlagError is for cobra's SetFlagErrorFunc: what a flag takes, in the words of its user and not of Go's parsers.
func FlagError(_ *cobra.Command, err error) error {
	bad := (*pflag.InvalidValueError)(nil)
	if !errors.As(err, &bad) {
		return err
	}
	takes, ok := map[string]phrase.Phrase{
		"int":      phrase.New("a whole number"),
		"int32":    phrase.New("a whole number"),
		"int64":    phrase.New("a whole number"),
		"uint64":   phrase.New("a whole number"),
		"float64":  phrase.New("a number"),
		"duration": phrase.New("a duration such as 500ms, 6s or 1m"),
		"bool":     phrase.New("true or false"),
	}[bad.GetFlag().Value.Type()]
	if !ok {
		return err
	}
	return phrase.Errorf("--%s %q: it takes %s", bad.GetFlag().Name, bad.GetValue(), takes)
}
