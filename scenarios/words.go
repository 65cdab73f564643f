package scenarios

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"blackfriday/services/lab"
)

// String says what the lab and its load are, in one line, with the seed of what is left to chance.
func (s Setup) String() string {
	words := fmt.Sprintf("partitions: %d, consumers: %d, %v per payment", s.Partitions, s.Orders, s.Delay)
	if s.Seed != 0 {
		words += fmt.Sprintf(", --seed %d", s.Seed)
	}
	return words
}

// order says in a few words what a command asks for.
func order(c lab.Command) string {
	switch c := c.(type) {
	case lab.AddConsumer:
		return "add a consumer"
	case lab.Restart:
		return "start " + named(c.Name, "the one that ended last") + " again"
	case lab.Stop:
		return "stop " + named(c.Name, "the busiest")
	case lab.Kill:
		return "kill " + named(c.Name, "the busiest")
	case lab.KillBetween:
		return fmt.Sprintf("kill %s in its payment %d from now", named(c.Name, "the busiest"), c.Payments)
	case lab.Flood:
		return fmt.Sprintf("write %s payments", count(c.Count))
	case lab.Poison:
		return "write every poison pill"
	case lab.SetGuarantee:
		return "switch to " + c.Guarantee
	case lab.SetProtocol:
		return "switch to " + c.Protocol
	default:
		return strings.TrimPrefix(fmt.Sprintf("%T", c), "lab.")
	}
}

func named(name, otherwise string) string {
	if name == "" {
		return otherwise
	}
	return name
}

// count writes a number with its thousands apart: 1,000,000.
func count[N int | int64](n N) string {
	digits := strconv.FormatInt(int64(n), 10)
	first := len(digits)
	for first > 3 && digits[first-4] != '-' {
		digits = digits[:first-3] + "," + digits[first-3:]
		first -= 3
	}
	return digits
}

// elapsed writes a measured time as a person would say it.
func elapsed(d time.Duration) string {
	switch {
	case d < 0:
		return "never"
	case d < time.Second:
		return fmt.Sprintf("%.4g ms", float64(d)/float64(time.Millisecond))
	default:
		return fmt.Sprintf("%.2f s", d.Seconds())
	}
}
