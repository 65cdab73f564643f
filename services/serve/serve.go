// Package serve runs the lab without its dashboard, for other programs: one line on stdout once it is ready, the feed as
// JSON lines on stderr.
package serve

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
	"blackfriday/services/lines"
)

// lookEvery is how often Run looks whether the lab is ready.
const lookEvery = 20 * time.Millisecond

// lastWords is how long the end of the log may take to be read.
const lastWords = 500 * time.Millisecond

// ready is the one line on stdout.
type ready struct {
	Ready     bool     `json:"ready"`
	Kafka     []string `json:"kafka"`
	Payment   string   `json:"payment"`
	Orders    string   `json:"orders"`
	Emails    string   `json:"emails"`
	Analytics string   `json:"analytics"`
	Join      string   `json:"join,omitempty"` // where students join, and the code that they need
	Code      string   `json:"code,omitempty"`
	Metrics   string   `json:"metrics,omitempty"` // where Prometheus finds the lab's numbers
}

// Publish publishes the numbers of a lab until stop is called; url is where, or empty.
type Publish func(snapshot func() *lab.Snapshot) (url string, stop func() error, err error)

// Command returns `serve`. It runs the lab that configure describes until the command's context ends, and publishes its
// numbers meanwhile.
func Command(configure func(*pflag.FlagSet) (lab.Config, error), publish Publish) *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Run the lab without the dashboard",
		Long: "Runs the lab without the dashboard until SIGINT or SIGTERM.\n" +
			"Prints one JSON line on stdout once it is ready, and what happens as JSON lines on stderr.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			cfg, err := configure(cmd.Flags())
			if err != nil {
				return err
			}
			log := lines.New(cmd.ErrOrStderr(), dropped)
			defer func() {
				ctx, cancel := context.WithTimeout(context.WithoutCancel(cmd.Context()), lastWords)
				defer cancel()
				log.Close(ctx)
			}()
			cfg.Log = slog.New(slog.NewJSONHandler(log, nil))
			l := lab.New(cfg)
			url, stop, err := publish(l.Snapshot)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, stop()) }()
			return Run(cmd.Context(), l, url, cmd.OutOrStdout())
		},
	}
}

func dropped(n int64) string {
	return fmt.Sprintf(`{"level":"WARN","msg":"%d log lines were dropped: they came faster than they were read"}`, n)
}

// Run runs a lab until ctx ends, and writes the ready line to out once every member has joined its group. metrics is where
// Prometheus finds the lab's numbers, or empty.
func Run(ctx context.Context, l *lab.Lab, metrics string, out io.Writer) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx) }()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case err := <-ended:
			return err
		case <-tick.C:
		}
		if s := l.Snapshot(); joined(s) {
			if err := announce(out, s.Cluster, metrics); err != nil {
				stop()
				return errors.Join(err, <-ended)
			}
			return <-ended
		}
	}
}

func announce(out io.Writer, c lab.Cluster, metrics string) error {
	line := ready{
		Ready: true, Kafka: c.Brokers,
		Payment: c.Payment, Orders: c.Orders, Emails: c.Emails, Analytics: c.Analytics, Join: c.Join, Code: c.Code, Metrics: metrics,
	}
	if err := json.NewEncoder(out).Encode(line); err != nil {
		return phrase.Errorf("write the ready line to stdout: %w", err)
	}
	return nil
}

// joined says that the lab runs and that each of its members has its part or knows that there is none.
func joined(s *lab.Snapshot) bool {
	if s.State != lab.Running {
		return false
	}
	for _, i := range append([]lab.Instance{s.Email, s.Analytics}, s.Orders...) {
		if i.Health == lab.Joining && i.Name != "" { // a lab that only observes has none
			return false
		}
	}
	return true
}
