package lesson

import (
	"slices"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
	"blackfriday/services/ledger"
)

// topic is a topic as the picture shows it; ok is false while the brokers have said nothing of it or there is none.
func (e Evidence) topic(name string) (t lab.Topic, ok bool) { return topicIn(e.Now, name) }

func topicIn(s *lab.Snapshot, name string) (t lab.Topic, ok bool) {
	if s == nil {
		return lab.Topic{}, false
	}
	i := slices.IndexFunc(s.Topics, func(t lab.Topic) bool { return t.Name == name })
	if i < 0 || !s.Topics[i].Known || s.Topics[i].Missing {
		return lab.Topic{}, false
	}
	return s.Topics[i], true
}

// written is how many records came into a topic since the step began, or since the question was asked.
func (e Evidence) written(name string) int64 {
	now, ok := e.topic(name)
	if !ok {
		return 0
	}
	before, _ := topicIn(e.Began, name)
	if before.Total > now.Total { // the topic was made again meanwhile
		return now.Total
	}
	return now.Total - before.Total
}

// alive are the order consumers that are members or on the way to be.
func (e Evidence) alive() (n int) {
	for _, o := range e.Now.Orders {
		if living(o) {
			n++
		}
	}
	return n
}

func living(i lab.Instance) bool {
	return i.Health == lab.Joining || i.Health == lab.Active || i.Health == lab.Standby
}

// idle counts the order consumers that have no partition.
func (e Evidence) idle() (n int) {
	for _, o := range e.Now.Orders {
		if o.Health == lab.Standby {
			n++
		}
	}
	return n
}

// owners is how many different consumers of the lab read a partition by the brokers' word and by their own.
func (e Evidence) owners() int {
	var seen []int
	for _, p := range e.Now.Partitions {
		if p.Known && p.Reader != 0 && p.Reader == p.OwnerInstance && !slices.Contains(seen, p.Reader) {
			seen = append(seen, p.Reader)
		}
	}
	return len(seen)
}

// run is the newest flood of at least so many payments since the checkpoint began that fits.
func (e Evidence) run(payments int64, fits func(lab.Run) bool) (lab.Run, bool) {
	for _, r := range slices.Backward(e.Now.Runs) {
		if r.Payments >= payments && r.StartedAt.After(e.Since) && fits(r) {
			return r, true
		}
	}
	return lab.Run{}, false
}

// rate is how fast the newest flood is worked on that fits, in payments per second, once that has settled.
func (e Evidence) rate(fits func(lab.Run) bool) (float64, bool) {
	const settled = 5 * time.Second
	r, ok := e.run(1, fits)
	if !ok || r.Took < settled {
		return 0, false
	}
	return PerSecond(r)
}

// rebalance is the newest of that cause since the checkpoint began.
func (e Evidence) rebalance(cause lab.Cause) (lab.Rebalance, bool) {
	for _, r := range slices.Backward(e.Now.Rebalances) {
		if r.Cause == cause && r.At.After(e.Since) {
			return r, true
		}
	}
	return lab.Rebalance{}, false
}

// books are the auditor's, once they are closed: nothing is on its way any more.
func (e Evidence) books() (ledger.Entry, bool) {
	if e.Now.Ledger == nil || !e.Now.Ledger.Known || e.Now.Ledger.Behind > 0 {
		return ledger.Entry{}, false
	}
	return e.Now.Ledger.Total, true
}

// PerSecond is the rate at which a flood was worked on while there was lag: the payments but for the last of the curve,
// by the time between its highest point and zero.
func PerSecond(r lab.Run) (float64, bool) {
	if len(r.Curve) < 2 {
		return 0, false
	}
	top := 0
	for i, p := range r.Curve {
		if p.Lag >= r.Curve[top].Lag {
			top = i
		}
	}
	last := r.Curve[len(r.Curve)-1]
	took := last.At.Sub(r.Curve[top].At).Seconds()
	if took < 2 {
		return 0, false
	}
	return float64(r.Curve[top].Lag-last.Lag) / took, true
}

func rate(perSecond float64) phrase.Phrase {
	return phrase.New("%s msg/s", phrase.Decimal{Value: perSecond, Digits: 1})
}

func payments(n int64) phrase.Phrase { return phrase.Count(n, "%s payment", "%s payments") }

// topics are those of the course.
func topics() []string {
	return []string{kafka.PaymentSuccessful, kafka.OrderCreated, kafka.EmailSent, kafka.DLQPayment}
}

// finding is a step whose figure is known.
func finding(done bool, measured phrase.Phrase) Finding {
	return Finding{Done: done, Measured: measured}
}
