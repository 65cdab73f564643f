package rush

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"blackfriday/kafka/connect"
	"blackfriday/kafka/phrase"
	"blackfriday/services/event"
	"blackfriday/services/payment"
)

// everyPill stands for all pills in place of a number.
const everyPill = "all"

// pills is the JSON of `poison`. Other programs read it: its names do not change.
type pills struct {
	Pills []pill `json:"pills"`
	Sent  bool   `json:"sent"`
}

type pill struct {
	Number int    `json:"number"`
	Name   string `json:"name"`
	Title  string `json:"title"`      // English, as everything in JSON
	Code   string `json:"error_code"` // what the validator answers
	Bytes  int    `json:"bytes"`
	// Where it was written; absent where it was only listed, or not written.
	Partition *int32 `json:"partition,omitempty"`
	Offset    *int64 `json:"offset,omitempty"`

	title phrase.Phrase
}

func poison(c *counter) *cobra.Command {
	var list bool
	all := event.Pills()
	cmd := &cobra.Command{
		Use: fmt.Sprintf("poison [1-%d|NAME|%s]", len(all), everyPill), Short: "Write messages that are made to break a consumer",
		Long:    "Writes one of the poison pills into the topic of the payments, or all of them without a number.",
		Example: "  blackfriday poison --list\n  blackfriday poison 3\n  blackfriday poison negative-price\n  blackfriday poison",
		Args:    func(cmd *cobra.Command, args []string) error { return connect.Misuse(cobra.MaximumNArgs(1)(cmd, args)) },
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			words := []string{cobra.CompletionWithDesc(everyPill, "every pill")}
			for i, p := range all {
				words = append(words, cobra.CompletionWithDesc(strconv.Itoa(i+1), p.Title.String()), cobra.CompletionWithDesc(p.Name, p.Title.String()))
			}
			return words, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			first, chosen, err := choose(all, args)
			if err != nil {
				return connect.Misuse(err)
			}
			result := newPills(first, chosen)
			if list {
				return say(cmd, c.json, result, result.text())
			}
			return c.open(cmd.Context(), func(s *payment.Service) error { return c.poison(cmd, s, chosen, result) })
		},
	}
	cmd.Flags().BoolVar(&list, "list", false, "list the pills, and write nothing")
	c.prepare(cmd)
	return cmd
}

// choose finds the pills that somebody means, and the number of the first.
func choose(all []event.Pill, args []string) (first int, chosen []event.Pill, err error) {
	if len(args) == 0 || args[0] == everyPill {
		return 1, all, nil
	}
	for i, p := range all {
		if args[0] == p.Name || args[0] == strconv.Itoa(i+1) {
			return i + 1, all[i : i+1], nil
		}
	}
	return 0, nil, phrase.Errorf("there is no pill %q: they are numbered 1 to %d, and blackfriday poison --list names them", args[0], len(all))
}

func newPills(first int, chosen []event.Pill) pills {
	result := pills{Pills: []pill{}}
	for i, p := range chosen {
		result.Pills = append(result.Pills, pill{Number: first + i, Name: p.Name, Title: p.Title.String(), title: p.Title, Code: string(p.Code), Bytes: len(p.Value)})
	}
	return result
}

// text is a line for each pill.
func (p pills) text() phrase.List {
	var lines []phrase.Speaker
	for _, one := range p.Pills {
		var place phrase.Phrase
		switch {
		case one.Partition != nil:
			place = phrase.New("  partition %d, offset %d", *one.Partition, *one.Offset)
		case p.Sent:
			place = phrase.New("  not acknowledged")
		}
		lines = append(lines, phrase.New("%2d  %-15s %s%s", one.Number, one.Name, one.title, place))
	}
	return phrase.List{Between: "\n", Parts: lines}
}

func (c *counter) poison(cmd *cobra.Command, s *payment.Service, chosen []event.Pill, result pills) error {
	err := s.Poison(cmd.Context(), chosen)
	result.Sent = true
	places, _ := s.Deliveries()
	for _, at := range places {
		for i := range result.Pills {
			if result.Pills[i].Name == at.Pill {
				result.Pills[i].Partition, result.Pills[i].Offset = &at.Partition, &at.Offset
			}
		}
	}
	if err != nil {
		err = connect.Short(err)
	}
	return errors.Join(err, say(cmd, c.json, result, result.text()))
}
