package scenarios

import (
	"slices"
	"time"

	"blackfriday/services/audit"
	"blackfriday/services/lab"
)

// Result is what a play of a scenario came to.
type Result struct {
	Scenario string
	Setup    Setup
	Checks   []Check // never empty: a step that did not come to its end is a failed check

	// Count is what an independent reader of the topics counted, in all moments together; nil when the play was cut short
	// before it could.
	Count *audit.Count
	// Moments are what was kept on the way, oldest first, and the end.
	Moments []Moment
	// Final is the picture in which the last step ended.
	Final *lab.Snapshot
	// Commands are those that the lab carried out, oldest first.
	Commands []lab.Command
	// Earlier are the floods before the one in Final, oldest first.
	Earlier []lab.FloodProgress
	// Flood is the time from the first payment to the last acknowledgement, Drain the time from the first payment to a
	// lag of zero, both of the first flood. Negative: that did not happen.
	Flood time.Duration
	Drain time.Duration
	// Stalls are the times in which the machine was too busy even to look at the lab, oldest first.
	Stalls []Stall
	// Lag is the lag of every partition over the whole play, four times a second at most, oldest first.
	Lag []Sample
}

// Stall is a look at the lab that came late, although nothing but the machine could delay it.
type Stall struct {
	At   time.Time // when it came
	Late time.Duration
}

// Sample is the lag of every partition at one moment.
type Sample struct {
	At         time.Time // when the brokers were asked
	Partitions []int64   // by partition number
}

// Passed reports whether there are checks and every one holds.
func (r Result) Passed() bool { return len(r.Checks) > 0 && r.Failed() == 0 }

// Failed counts the checks that do not hold.
func (r Result) Failed() int {
	failed := 0
	for _, c := range r.Checks {
		if !c.Passed {
			failed++
		}
	}
	return failed
}

// Sent is what became of the payments that floods wrote. Of an Unknown one no broker has said anything: it may have been
// written.
type Sent struct{ Acknowledged, Refused, Unknown int64 }

// Sent sums up all floods; false when there was none.
func (r Result) Sent() (sent Sent, flooded bool) {
	for _, f := range slices.Concat(r.Earlier, []lab.FloodProgress{r.Final.Flood}) {
		sent.Acknowledged, sent.Refused, sent.Unknown = sent.Acknowledged+f.Acked, sent.Refused+f.Failed, sent.Unknown+f.Unknown
		flooded = flooded || f.ID > 0
	}
	return sent, flooded
}

// sampleEvery is how far apart two samples of the lag are.
const sampleEvery = 250 * time.Millisecond

// look takes what the result needs over time from one picture.
func (r *Result) look(s *lab.Snapshot) {
	if before := r.Final.Flood; before.ID > 0 && before.ID != s.Flood.ID {
		r.Earlier = append(r.Earlier, before)
	}
	r.Final = s
	// The sample in which the lag is zero is what a curve ends with.
	drained := r.Drain < 0 && isDrained(s)
	if n := len(r.Lag); n == 0 || drained || s.Reading.At.Sub(r.Lag[n-1].At) >= sampleEvery {
		r.Lag = append(r.Lag, samples(s)...)
	}
	if r.Flood < 0 && flooded(s) {
		r.Flood = s.Flood.Took
	}
	if r.Drain < 0 && isDrained(s) {
		r.Drain = s.Reading.At.Sub(s.Flood.StartedAt)
	}
}

// stallFrom is the lateness that is worth remembering.
const stallFrom = 10 * time.Millisecond

// lookedAgain notes how late a look came, and returns when it did.
func (r *Result) lookedAgain(before, now time.Time) time.Time {
	if late := now.Sub(before) - lookEvery; late >= stallFrom {
		r.Stalls = append(r.Stalls, Stall{At: now, Late: late})
	}
	return now
}

// stalled is the longest stall between two moments.
func (r Result) stalled(from, until time.Time) time.Duration {
	var longest time.Duration
	for _, s := range r.Stalls {
		if !s.At.Before(from) && !s.At.After(until.Add(s.Late)) {
			longest = max(longest, s.Late)
		}
	}
	return longest
}

// samples returns the lags of s as one sample, or none while a partition's lag is not known.
func samples(s *lab.Snapshot) []Sample {
	if s.Reading.At.IsZero() {
		return nil
	}
	lags := make([]int64, len(s.Partitions))
	for i, p := range s.Partitions {
		if !p.Known {
			return nil
		}
		lags[i] = p.Lag
	}
	return []Sample{{At: s.Reading.At, Partitions: lags}}
}
