package rush

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"blackfriday/kafka/connect"
	"blackfriday/kafka/phrase"
	"blackfriday/services/event"
	"blackfriday/services/payment"
)

// The sizes of a flood.
const (
	floodNormal  = 1_000
	floodIntense = 5_000
	floodExtreme = 10_000
	floodMost    = 1_000_000
)

// flooded is the JSON of `flood`. Other programs read it: its names do not change.
type flooded struct {
	Wanted       int64     `json:"wanted"`
	Acknowledged int64     `json:"acknowledged"`
	Refused      int64     `json:"refused"` // certainly not written
	Unknown      int64     `json:"unknown"` // they may or may not have been written
	Seconds      float64   `json:"seconds"`
	PerSecond    float64   `json:"payments_per_second"` // of those that were acknowledged
	Seed         uint64    `json:"seed"`
	Partitions   []reached `json:"partitions"`
	FirstError   string    `json:"first_error,omitempty"`
}

// reached is where payments of a flood went.
type reached struct {
	Partition int32 `json:"partition"`
	Count     int64 `json:"count"`
	First     int64 `json:"first_offset"`
	Last      int64 `json:"last_offset"`
}

func flood(c *counter) *cobra.Command {
	var n int
	var intense, extreme bool
	var key string
	var seed uint64
	cmd := &cobra.Command{
		Use: "flood", Short: "Write many payments at once",
		Long: "Writes payments straight into the topic, as fast as the brokers take them, and waits until each has an answer.\n" +
			"It exits with 3 when not every payment was acknowledged.",
		Example: "  blackfriday flood\n  blackfriday flood -n 300 --key user\n  blackfriday flood --extreme --json",
		Args:    func(cmd *cobra.Command, args []string) error { return connect.Misuse(cobra.NoArgs(cmd, args)) },
		RunE: func(cmd *cobra.Command, _ []string) error {
			size, err := size(cmd, n, map[string]bool{"intense": intense, "extreme": extreme})
			if err != nil {
				return connect.Misuse(err)
			}
			keys := map[string]payment.Key{"none": payment.NoKey, "user": payment.UserKey, "vip": payment.VIPKey}
			chosen, ok := keys[key]
			if !ok {
				return connect.Misuse(phrase.Errorf("--key %q: there are none, user and vip", key))
			}
			if !cmd.Flags().Changed("seed") {
				seed = rand.Uint64()
			}
			return c.open(cmd.Context(), func(s *payment.Service) error { return c.flood(cmd, s, size, seed, chosen) })
		},
	}
	cmd.Flags().IntVarP(&n, "number", "n", floodNormal, fmt.Sprintf("how many payments, 1 to %d", floodMost))
	cmd.Flags().BoolVar(&intense, "intense", false, fmt.Sprintf("%d payments", floodIntense))
	cmd.Flags().BoolVar(&extreme, "extreme", false, fmt.Sprintf("%d payments", floodExtreme))
	cmd.Flags().StringVar(&key, "key", "none", "which payments share a partition: none, user (those of one user), vip (one user buys everything)")
	cmd.Flags().Uint64Var(&seed, "seed", 0, "repeats the payments of an earlier flood (default: a random one)")
	c.prepare(cmd)
	return cmd
}

// size is how many payments the flags ask for.
func size(cmd *cobra.Command, n int, presets map[string]bool) (int, error) {
	given := []string{}
	if cmd.Flags().Changed("number") {
		given = append(given, "-n")
	}
	for name, size := range map[string]int{"intense": floodIntense, "extreme": floodExtreme} {
		if presets[name] {
			given, n = append(given, "--"+name), size
		}
	}
	switch {
	case len(given) > 1:
		return 0, phrase.Errorf("%s say how many payments: leave all but one out", strings.Join(given, ", "))
	case n < 1 || n > floodMost:
		return 0, phrase.Errorf("-n %d: between 1 and %d", n, floodMost)
	}
	return n, nil
}

func (c *counter) flood(cmd *cobra.Command, s *payment.Service, n int, seed uint64, key payment.Key) error {
	f, err := s.NewFlood(n, seed, key)
	if err != nil {
		return err
	}
	stop := c.meter(phrase.New("payments acknowledged"), func() (int64, int64) { p := f.Progress(); return p.Acked, p.Wanted })
	err = f.Run(cmd.Context())
	stop()
	p := f.Progress()
	result := newFlooded(p, seed, f.Ranges())
	lines := []phrase.Speaker{phrase.Count(result.Wanted,
		"%s payment: %d acknowledged, %d refused, %d unknown, in %v (%s per second)",
		"%s payments: %d acknowledged, %d refused, %d unknown, in %v (%s per second)",
		result.Acknowledged, result.Refused, result.Unknown, p.Took.Round(time.Millisecond), decimal(result.PerSecond, 0))}
	for _, r := range result.Partitions {
		lines = append(lines, phrase.Count(r.Count, "partition %[2]d: %[1]s payment, offset %[3]d",
			"partition %[2]d: %[1]s payments, offsets %[3]d to %[4]d", r.Partition, r.First, r.Last))
	}
	if err != nil {
		err = connect.Short(err)
	}
	return errors.Join(err, say(cmd, c.json, result, phrase.List{Between: "\n", Parts: lines}))
}

func newFlooded(p payment.Progress, seed uint64, ranges []payment.Range) flooded {
	r := flooded{
		Wanted: p.Wanted, Acknowledged: p.Acked, Refused: p.Failed, Unknown: p.Unknown, Seconds: p.Took.Seconds(), Seed: seed,
		Partitions: []reached{},
	}
	if p.Err != nil {
		r.FirstError = event.Visible(p.Err.Error())
	}
	if p.Took > 0 {
		r.PerSecond = float64(p.Acked) / p.Took.Seconds()
	}
	for _, at := range ranges {
		r.Partitions = append(r.Partitions, reached{at.Partition, at.Count, at.First, at.Last})
	}
	return r
}
