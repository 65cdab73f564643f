package connect

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// FlagError is for cobra's SetFlagErrorFunc: what a flag takes, in the words of its user and not of Go's parsers.
func FlagError(_ *cobra.Command, err error) error {
	bad := (*pflag.InvalidValueError)(nil)
	if !errors.As(err, &bad) {
		return err
	}
	takes := map[string]string{
		"int": "a whole number", "uint64": "a whole number", "duration": "a duration such as 500ms, 6s or 1m", "bool": "true or false",
	}[bad.GetFlag().Value.Type()]
	if takes == "" {
		return err
	}
	return fmt.Errorf("--%s %q: it takes %s", bad.GetFlag().Name, bad.GetValue(), takes)
}
