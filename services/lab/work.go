package lab

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/event"
	"blackfriday/services/payment"
)

// told is how many deliveries the feed tells one by one between two looks; more are summed up there and told in the log.
const told = 20

func (s *state) flood(n int) error {
	if n < 1 || n > MaxFlood {
		return phrase.Errorf("a flood of %s payments: between 1 and %s", phrase.Number(n), phrase.Number(MaxFlood))
	}
	if errors.Is(s.reshaping, errRecreating) {
		return s.reshaping
	}
	if err := s.mustAnswer(); err != nil {
		return err
	}
	if p := s.payments.FloodProgress(); p.Running {
		return phrase.Errorf("%w: %s of %s payments are acknowledged", payment.ErrFloodRunning, phrase.Number(p.Acked), phrase.Number(p.Wanted))
	}
	seed := s.cfg.Seed + uint64(s.payments.FloodProgress().ID)
	f, err := s.payments.NewFlood(n, seed, floodKey(s.key))
	if err != nil {
		return err
	}
	s.beginRun(f.Progress().ID, n)
	s.feed.add(Info, "flood", 0, "A flood of %s begins.", paymentsText(int64(n)))
	s.tasks.start(func(ctx context.Context) {
		err := f.Run(ctx)
		verdict := f.Progress()
		s.lab.post(func(s *state) { s.flooded(f, err) })
		if verdict.Unknown > 0 && f.Settle(ctx) {
			settled := f.Progress()
			s.lab.post(func(s *state) { s.settled(verdict, settled) })
		}
	})
	return nil
}

// mustAnswer refuses what needs a broker while none answers, or a topic that there is not.
func (s *state) mustAnswer() error {
	if !s.lost {
		return s.mustHaveTopic()
	}
	return phrase.Errorf("no broker has answered for %s: nothing can be written; the lab goes on by itself once they are back",
		phrase.Seconds(time.Since(s.answeredAt)))
}

// mustHaveTopic refuses payments where nobody has made their topic yet.
func (s *state) mustHaveTopic() error {
	if _, ok := s.reading.Topics[kafka.PaymentSuccessful]; ok || !s.cfg.Opening.Bare {
		return nil
	}
	return phrase.Errorf("there is no topic %s yet: create it with `blackfriday topics create --topic %[1]s --partitions 1`", kafka.PaymentSuccessful)
}

// floodKey is the payment service's word for a Key.
func floodKey(k Key) payment.Key {
	switch k {
	case KeyUser:
		return payment.UserKey
	case KeyVIP:
		return payment.VIPKey
	default:
		return payment.NoKey
	}
}

// flooded tells what became of a flood: how fast, and where its payments went.
func (s *state) flooded(f *payment.Flood, err error) {
	p := f.Progress()
	if err != nil {
		s.feed.add(Bad, "flood", 0, "%v", err)
	}
	if p.Acked == 0 {
		return
	}
	places := make([]string, 0, 8)
	for _, r := range f.Ranges() {
		places = append(places, fmt.Sprintf("P%d@%d–%d (%d)", r.Partition, r.First, r.Last, r.Count))
	}
	s.feed.tell(Good, "flood", 0, phrase.Count(p.Acked, "%s payment acknowledged in %s, %s/s: %s", "%s payments acknowledged in %s, %s/s: %s",
		phrase.Seconds(p.Took), phrase.Decimal{Value: perSecond(p)}, strings.Join(places, ", ")))
}

func perSecond(p payment.Progress) float64 {
	if p.Took <= 0 {
		return 0
	}
	return float64(p.Acked) / p.Took.Seconds()
}

// poison writes the named pills, or all of them.
func (s *state) poison(names []string, reply chan<- error) {
	if errors.Is(s.reshaping, errRecreating) {
		reply <- s.reshaping
		return
	}
	if err := s.mustAnswer(); err != nil {
		reply <- err
		return
	}
	pills := event.Pills()
	if len(names) > 0 {
		for _, name := range names {
			if !slices.ContainsFunc(pills, func(p event.Pill) bool { return p.Name == name }) {
				reply <- phrase.Errorf("no poison pill is named %q: there are %s", name, pillNames(pills))
				return
			}
		}
		pills = slices.DeleteFunc(pills, func(p event.Pill) bool { return !slices.Contains(names, p.Name) })
	}
	s.tasks.start(func(ctx context.Context) { reply <- s.payments.Poison(ctx, pills) })
}

func pillNames(pills []event.Pill) string {
	names := make([]string, len(pills))
	for i, p := range pills {
		names[i] = p.Name
	}
	return strings.Join(names, ", ")
}

// tellDeliveries reports what was acknowledged since the last look: each delivery in the log, and in the feed as many as
// anybody can read.
func (s *state) tellDeliveries() {
	newest, total := s.payments.Deliveries()
	fresh := min(total-s.toldDeliveries, int64(len(newest)))
	missed := total - s.toldDeliveries - fresh
	s.toldDeliveries = total
	newest = newest[int64(len(newest))-fresh:]
	silent := len(newest) - told
	for i, d := range newest {
		text := phrase.New("payment of user %s acknowledged: %s P%d@%d", d.User, d.Topic, d.Partition, d.Offset)
		if d.Pill != "" {
			text = phrase.New("poison pill %s acknowledged: %s P%d@%d", d.Pill, d.Topic, d.Partition, d.Offset)
		}
		if i < silent {
			s.feed.write(Info, "payment", text)
			continue
		}
		s.feed.tell(Info, "payment", 0, text)
	}
	if silent > 0 || missed > 0 {
		s.feed.tell(Info, "payment", 0, phrase.Count(int64(max(0, silent))+missed,
			"%s more record was acknowledged; the log names %s of them.",
			"%s more records were acknowledged; the log names %s of them.", phrase.Number(max(0, silent))))
	}
}

// tellRejections puts what went to the dead letter queue since the last look into the feed.
func (s *state) tellRejections() {
	newest, total := s.rejections.Newest()
	fresh := total - s.toldRejections
	s.toldRejections = total
	if fresh == 0 {
		return
	}
	s.feed.add(Warn, newest.Instance, 0, "DLQ +%d, newest from %s P%d@%d: %s",
		fresh, newest.Topic, newest.Partition, newest.Offset, newest.Reason)
}

// buildWork adds what the services count themselves.
func (s *state) buildWork(snap *Snapshot) {
	if s.payments == nil {
		return
	}
	p := s.payments.FloodProgress()
	if p.ID == s.forgotten {
		p = payment.Progress{}
	}
	snap.Flood = FloodProgress{
		ID: p.ID, Running: p.Running, Wanted: p.Wanted, Acked: p.Acked, Failed: p.Failed, Unknown: p.Unknown,
		StartedAt: p.StartedAt, Took: p.Took, Rate: perSecond(p), Err: p.Err,
	}
	for _, r := range s.rejections.Recent() {
		snap.DLQ.Newest = Rejection{
			At: r.At, Instance: r.Instance, Partition: r.Partition, Offset: r.Offset, Code: string(r.Code), Reason: r.Reason,
		}
		snap.DLQ.Recent = append(snap.DLQ.Recent, snap.DLQ.Newest)
	}
	snap.DLQ.Counts = map[string]int{}
	for code, n := range s.rejections.Counts() {
		snap.DLQ.Counts[string(code)] = n
	}
	t := s.analytics.Totals()
	snap.Totals = Totals{
		Payments: t.Payments, Orders: t.Orders, Emails: t.Emails, Revenue: t.Revenue,
		UniqueUsers: t.UniqueUsers, Rejected: t.Rejected,
	}
}
