package scenarios

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// load says what the lab and its load are, in one line, with the seed of what is left to chance.
func (s Setup) load() phrase.Phrase {
	words := phrase.New("partitions: %d, consumers: %d, %s per payment", s.Partitions, s.Orders, Span(s.Delay))
	if s.Seed != 0 {
		return phrase.New("%s, --seed %d", words, s.Seed)
	}
	return words
}

// order says in a few words what a command asks for.
func order(c lab.Command) phrase.Phrase {
	busiest := phrase.New("the busiest")
	switch c := c.(type) {
	case lab.AddConsumer:
		return phrase.New("add a consumer")
	case lab.Restart:
		return phrase.New("start %s again", named(c.Name, phrase.New("the one that ended last")))
	case lab.Stop:
		return phrase.New("stop %s", named(c.Name, busiest))
	case lab.Kill:
		return phrase.New("kill %s", named(c.Name, busiest))
	case lab.KillBetween:
		return phrase.New("kill %s in its payment %d from now", named(c.Name, busiest), c.Payments)
	case lab.Flood:
		return phrase.New("write %s payments", count(c.Count))
	case lab.Poison:
		return phrase.New("write every poison pill")
	case lab.SetGuarantee:
		return phrase.New("switch to %s", c.Guarantee)
	case lab.SetProtocol:
		return phrase.New("switch to %s", c.Protocol)
	default:
		return phrase.New("%s", strings.TrimPrefix(fmt.Sprintf("%T", c), "lab."))
	}
}

func named(name string, otherwise phrase.Phrase) phrase.Phrase {
	if name == "" {
		return otherwise
	}
	return phrase.New("%s", name)
}

// CauseText names what a rebalance was for, after "a" in English.
func CauseText(c lab.Cause) phrase.Phrase {
	switch c {
	case lab.CauseJoin:
		return phrase.New("join")
	case lab.CauseLeave:
		return phrase.New("leave")
	case lab.CauseCrash:
		return phrase.New("crash")
	default:
		return phrase.New("%s", c)
	}
}

// count writes a number with its thousands apart: 1,000,000.
func count[N int | int64](n N) phrase.Number { return phrase.Number(n) }

// elapsed writes a measured time as a person would say it.
func elapsed(d time.Duration) phrase.Phrase {
	switch {
	case d < 0:
		return phrase.New("never")
	case d < time.Second:
		value := float64(d) / float64(time.Millisecond)
		_, behind, _ := strings.Cut(fmt.Sprintf("%.4g", value), ".")
		return phrase.New("%s ms", phrase.Decimal{Value: value, Digits: len(behind)})
	default:
		return phrase.New("%s s", phrase.Decimal{Value: d.Seconds(), Digits: 2})
	}
}

// Span is a time that somebody chose: 250ms in English, as it is typed.
type Span time.Duration

// In implements phrase.Speaker.
func (s Span) In(l *phrase.Language) string {
	switch d := time.Duration(s); {
	case l == nil:
		return d.String()
	case d < time.Second:
		return elapsed(d).In(l)
	default:
		seconds := float64(d.Milliseconds()) / 1000
		_, behind, _ := strings.Cut(strconv.FormatFloat(seconds, 'f', -1, 64), ".")
		return phrase.New("%s s", phrase.Decimal{Value: seconds, Digits: len(behind)}).In(l)
	}
}

// together is a sentence of several parts with a text between them.
func together(between string, parts []phrase.Phrase) phrase.Phrase {
	all := make([]phrase.Speaker, len(parts))
	for i, p := range parts {
		all[i] = p
	}
	return phrase.New("%s", phrase.List{Between: between, Parts: all})
}

// listed are words with commas between them, or none when there is nothing to list.
func listed(words []phrase.Phrase, none phrase.Phrase) phrase.Phrase {
	if len(words) == 0 {
		return none
	}
	return together(", ", words)
}

// oneLine is an error that says several things, in one line.
type oneLine struct{ err error }

// In implements phrase.Speaker.
func (o oneLine) In(l *phrase.Language) string {
	return strings.ReplaceAll(phrase.Say(l, o.err), "\n", "; ")
}

// title is a sentence without its full stop.
type title struct{ phrase.Phrase }

// In implements phrase.Speaker.
func (t title) In(l *phrase.Language) string { return strings.TrimSuffix(t.Phrase.In(l), ".") }
