package lab

import (
	"slices"
	"time"
)

// runsKept is how many floods are remembered with their curves.
const runsKept = 4

// beginRun remembers how the lab stands as a flood begins.
func (s *state) beginRun(flood, payments int) {
	consumers := 0
	for _, i := range s.instances {
		if i.kind == OrderKind && i.alive() {
			consumers++
		}
	}
	s.runs = append(s.runs, Run{
		Flood: flood, StartedAt: time.Now(), Payments: int64(payments),
		Partitions: s.cfg.Partitions, Consumers: consumers, Delay: s.delay.Load(), Key: s.key,
	})
	s.runs = s.runs[max(0, len(s.runs)-runsKept):]
}

// trackRun adds the lag at a moment to the newest run, until the lag is zero again.
func (s *state) trackRun(at time.Time, lag int64) {
	if len(s.runs) == 0 {
		return
	}
	r := &s.runs[len(s.runs)-1]
	if r.Drained || !at.After(r.StartedAt) {
		return
	}
	p := s.payments.FloodProgress()
	if p.ID != r.Flood {
		return
	}
	r.Took = at.Sub(r.StartedAt)
	if n := len(r.Curve); n == 0 || at.Sub(r.Curve[n-1].At) >= curveEvery || lag == 0 {
		// Snapshots share the points; append never changes those that they see.
		r.Curve = append(r.Curve, CurvePoint{At: at, Lag: lag})
	}
	// A reading from before the last acknowledgement may not know of all payments.
	r.Drained = lag == 0 && !p.Running && at.After(p.StartedAt.Add(p.Took))
}

// shownRuns copies the runs for a Snapshot.
func (s *state) shownRuns() []Run { return slices.Clone(s.runs) }
