package console

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
)

// name says to a person, before a command writes to somebody's cluster, which one that is: to have typed the command is
// consent, but an address may not be the one that was meant. Nobody reads that of a script.
func (t Terminal) name(cmd *cobra.Command, c *kafka.Cluster, does phrase.Phrase) {
	if t.In && !c.Simulated() {
		said := phrase.New("%s, on the Kafka at %s, which is no lab's.", does, strings.Join(c.Brokers(), ", "))
		_, _ = fmt.Fprintln(cmd.ErrOrStderr(), t.Visible(said.In(phrase.Of(cmd.Context()))))
	}
}
