package lesson

import (
	"strconv"

	"github.com/spf13/pflag"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// Flag is --checkpoint: from which checkpoint of the course a lab begins.
type Flag struct{ value string }

// Register adds the flag to a command's.
func (f *Flag) Register(set *pflag.FlagSet) {
	set.StringVar(&f.value, "checkpoint", "", "begin as this checkpoint of the course does, 0 to "+strconv.Itoa(Last)+", with the guide open")
}

// Into makes cfg the lab with which the checkpoint begins, if the flag asks for one, which is chosen then. It fails for a
// checkpoint that there is not, and where another flag of the set, or cfg, says what the checkpoint does.
func (f *Flag) Into(set *pflag.FlagSet, cfg *lab.Config) (chosen *Checkpoint, err error) {
	if f.value == "" {
		return nil, nil //nolint:nilnil // no checkpoint is what nobody asked for
	}
	number, err := strconv.Atoi(f.value)
	if err != nil {
		return nil, phrase.Errorf("--checkpoint %q: there are 0 to %d", f.value, Last)
	}
	c, err := Find(number)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"partitions", "orders", "delay", "seed"} {
		if set.Changed(name) {
			return nil, phrase.Errorf("--checkpoint %d begins with a lab of its own, so --%s has nothing to say: leave one of them out", number, name)
		}
	}
	switch {
	case cfg.Observe:
		return nil, phrase.Errorf("--checkpoint %d begins a lab, and --observe only looks at one: leave one of them out", number)
	case cfg.Kafka.DataDir != "":
		return nil, phrase.Errorf("--checkpoint %d begins with nothing in the topics, and --data-dir keeps what was there: leave one of them out", number)
	}
	b := c.Begin()
	cfg.Partitions, cfg.Orders, cfg.Delay, cfg.Opening, cfg.Seed = b.Partitions, b.Orders, b.Delay, b.Opening, b.Seed
	return &c, nil
}
