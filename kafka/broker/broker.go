// Package broker runs the embedded cluster by itself, for labs and services in other processes.
package broker

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"blackfriday/kafka"
	"blackfriday/kafka/connect"
	"blackfriday/kafka/phrase"
)

// ready is the one line on stdout.
type ready struct {
	Ready bool     `json:"ready"`
	Kafka []string `json:"kafka"`
	Join  string   `json:"join,omitempty"` // where students join, and the code that they need
	Code  string   `json:"code,omitempty"`
}

// Command returns `broker`, which runs the embedded cluster until the command's context ends. getenv reads the
// environment, such as os.Getenv.
func Command(getenv func(string) string) *cobra.Command {
	embedded := connect.NewEmbedded(getenv)
	var cfg kafka.Config
	cmd := &cobra.Command{
		Use:   "broker",
		Short: "Run the embedded cluster alone",
		Long: "Runs the embedded Kafka cluster, and no lab on it, until SIGINT or SIGTERM. Prints one JSON line once it is ready.\n" +
			"With --listen, " + connect.TeacherVariable + " is the password of the user " + kafka.TeacherUser + ", who may do everything.",
		Example: "  blackfriday broker --data-dir lab\n  blackfriday --brokers localhost:9094",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if err := embedded.Into(cmd.Flags(), &cfg); err != nil {
				return err
			}
			cluster, err := kafka.Open(cmd.Context(), cfg)
			if err != nil {
				return err
			}
			defer func() {
				cluster.Close()
				err = errors.Join(err, cluster.DiskTrouble())
			}()
			line := ready{Ready: true, Kafka: cluster.Brokers()}
			if room := cluster.Config().Classroom; room != nil {
				line.Join, line.Code = line.Kafka[0], room.Code.Reveal()
			}
			if err := json.NewEncoder(cmd.OutOrStdout()).Encode(line); err != nil {
				return phrase.Errorf("write the ready line to stdout: %w", err)
			}
			<-cmd.Context().Done()
			return nil
		},
	}
	embedded.Register(cmd.Flags())
	cmd.Flags().DurationVar(&cfg.SessionTimeout, "session-timeout", 6*time.Second, "how long a KIP-848 group waits for a silent member")
	cmd.Flags().DurationVar(&cfg.Heartbeat, "heartbeat", 500*time.Millisecond, "how often a member of a KIP-848 group speaks up")
	return cmd
}
