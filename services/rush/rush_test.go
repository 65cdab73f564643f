package rush

import (
	"context"
	"errors"
	"io"
	"testing"

	"blackfriday/kafka"
	"blackfriday/kafka/connect"
	"blackfriday/kafka/kafkatest"
	"blackfriday/kafka/phrase"
)

// TestARealClusterAtTheDefaultAddressIsAskedAbout before payments are written to it; the lab of this machine is not.
func TestARealClusterAtTheDefaultAddressIsAskedAbout(t *testing.T) {
	somebodys := kafkatest.Somebodys(t)
	lab, err := kafka.Open(t.Context(), kafka.Config{Nodes: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(lab.Close)
	no := errors.New("no")
	for broker, want := range map[string]error{somebodys: no, lab.Brokers()[0]: nil} {
		c, err := kafka.Open(t.Context(), kafka.Config{Brokers: []string{broker}, Confirm: kafkatest.Agree})
		if err == nil {
			err = c.CreateTopics(t.Context(), kafka.Topic{Name: kafka.PaymentSuccessful, Partitions: 1, MaxBytes: 1 << 20})
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		flags := func() *connect.Flags {
			return connect.New(func(string) string { return "" }).DialWith(kafkatest.At(connect.LocalBroker, broker)).
				ConfirmWith(func(context.Context, string) error { return no })
		}
		meter := func(phrase.Phrase, func() (int64, int64)) func() { return func() {} }
		for _, args := range [][]string{{"flood", "-n", "1"}, {"poison"}} {
			for _, cmd := range Commands(flags, func(string) string { return "" }, meter) {
				if cmd.Name() != args[0] {
					continue
				}
				cmd.SilenceErrors, cmd.SilenceUsage = true, true
				cmd.SetArgs(args[1:])
				cmd.SetOut(io.Discard)
				if err := cmd.ExecuteContext(t.Context()); !errors.Is(err, want) {
					t.Errorf("%q at %s: %v, want %v", args, c.ID(), err, want)
				}
			}
		}
	}
}
