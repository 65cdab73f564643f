// Package rush is Black Friday as commands: flood, poison and load bring it upon a lab that runs.
package rush

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"blackfriday/kafka"
	"blackfriday/kafka/connect"
	"blackfriday/kafka/console"
	"blackfriday/kafka/phrase"
	"blackfriday/services/payment"
)

// Meter shows how far something has come until stop is called. now is asked from another goroutine.
type Meter func(what phrase.Phrase, now func() (done, total int64)) (stop func())

// counter writes payments into a cluster that runs.
type counter struct {
	cluster *connect.Flags
	meter   Meter
	json    bool
}

// Commands returns flood, poison and load. newFlags makes the flags that say which cluster, for one command each; getenv reads
// the environment, such as os.Getenv.
func Commands(newFlags func() *connect.Flags, getenv func(string) string, meter Meter) []*cobra.Command {
	return []*cobra.Command{flood(&counter{cluster: newFlags(), meter: meter}), poison(&counter{cluster: newFlags(), meter: meter}),
		load(getenv, meter)}
}

// prepare gives a command the flags of the counter.
func (c *counter) prepare(cmd *cobra.Command) {
	c.cluster.RegisterRunning(cmd.Flags())
	jsonFlag(cmd, &c.json)
}

func jsonFlag(cmd *cobra.Command, on *bool) {
	cmd.Flags().BoolVar(on, "json", false, "one JSON object on stdout, with names that do not change")
	cmd.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return connect.Misuse(connect.FlagError(c, err)) })
	cmd.Long += "\n" + console.Codes
}

// open runs a payment service for as long as work lasts. On any but the lab of this machine it asks before it writes.
func (c *counter) open(ctx context.Context, work func(s *payment.Service) error) error {
	var cfg kafka.Config
	local, err := c.cluster.IntoRunning(&cfg)
	if err != nil {
		return connect.Misuse(err)
	}
	cluster, whose, err := connect.OpenRunning(ctx, cfg, local)
	if err != nil {
		return err
	}
	defer cluster.Close()
	topic := kafka.Topic{Name: kafka.PaymentSuccessful}
	if missing, err := cluster.FindTopics(ctx, topic); err != nil {
		return err
	} else if len(missing) > 0 {
		return phrase.Errorf("there is no topic %s: a lab makes it, or blackfriday topics create %s", cfg.Prefix+topic.Name, topic.Name)
	}
	if whose != connect.Lab {
		if err := cluster.Use(ctx, []kafka.Topic{topic}); err != nil {
			return err
		}
	}
	producer, err := cluster.NewProducer("payment")
	if err != nil {
		return err
	}
	defer producer.Close()
	return work(payment.NewService(producer))
}

// say writes v as JSON where that is asked for, and else a text in the language of the user.
func say(cmd *cobra.Command, asJSON bool, v any, text phrase.Speaker) error {
	var err error
	if asJSON {
		err = json.NewEncoder(cmd.OutOrStdout()).Encode(v)
	} else {
		_, err = fmt.Fprintln(cmd.OutOrStdout(), text.In(phrase.Of(cmd.Context())))
	}
	if err != nil {
		return phrase.Errorf("write to stdout: %w", err)
	}
	return nil
}
