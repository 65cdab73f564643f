package tui

import (
	"errors"
	"strings"
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
	"blackfriday/services/ledger"
)

// cents is what a payment of the fixtures is worth.
const cents = 4_599

func sumOf(n int64) ledger.Sum { return ledger.Sum{Count: n, Cents: n * cents} }

// booked is s with books that agree with its partitions: what is committed became an order, but for the dead letters.
func booked(s *lab.Snapshot, dead ...int64) *lab.Snapshot {
	p := &ledger.Picture{
		Known: true, TopicID: "LFsDk3tVQkqSHDd1fPbCnA", At: s.At.Add(-120 * time.Millisecond), Looked: s.At.Add(-20 * time.Millisecond), Bytes: 131_072,
		Codes: map[string]int64{}, Records: map[string]int64{}, Markers: map[string]int64{},
	}
	for i, part := range s.Partitions {
		refused := int64(0)
		if i < len(dead) {
			refused = dead[i]
		}
		e := ledger.Entry{
			Payments: sumOf(part.End), Done: sumOf(part.Committed - refused), Waiting: sumOf(part.Lag), DLQ: ledger.Sum{Count: refused},
		}
		e.Payments.Cents -= refused * cents
		p.Partitions = append(p.Partitions, e)
		if i < len(s.Orders) {
			p.Services = append(p.Services, ledger.Service{Name: s.Orders[i].Name, Orders: e.Done.Count, Letters: refused})
		}
	}
	s.Ledger = p
	total(p)
	p.Emails, p.Unmailed = max(p.Total.Done.Count-3, 0), min(p.Total.Done.Count, 3)
	p.Services = append(p.Services, ledger.Service{Name: "email", Emails: p.Emails})
	p.Records = map[string]int64{
		"payment-successful": p.Total.Payments.Count, "order-created": p.Total.Done.Count, "email-sent": p.Emails, "dlq-payment": p.Total.DLQ.Count,
	}
	return s
}

// total adds the partitions of the books up.
func total(p *ledger.Picture) {
	var t ledger.Entry
	for _, e := range p.Partitions {
		for _, add := range []struct {
			to   *ledger.Sum
			what ledger.Sum
		}{
			{&t.Payments, e.Payments}, {&t.Done, e.Done}, {&t.DLQ, e.DLQ}, {&t.InFlight, e.InFlight}, {&t.Waiting, e.Waiting},
			{&t.Lost, e.Lost}, {&t.Foreign, e.Foreign}, {&t.Expired, e.Expired}, {&t.Duplicates, e.Duplicates}, {&t.Redriven, e.Redriven},
		} {
			add.to.Count += add.what.Count
			add.to.Cents += add.what.Cents
		}
	}
	p.Total = t
}

// move takes n payments from one part of a partition's books to another.
func move(from, to *ledger.Sum, n int64) {
	from.Count, to.Count = from.Count-n, to.Count+n
	from.Cents, to.Cents = from.Cents-n*cents, to.Cents+n*cents
}

// audited is a lab in which everything has happened that the books know of, and nothing is lost.
func audited() *lab.Snapshot {
	s := flooded()
	p := s.Ledger
	for i := range p.Partitions {
		e := &p.Partitions[i]
		move(&e.Waiting, &e.InFlight, 1)
		e.Duplicates = sumOf(int64(i))
	}
	p.Services[1].Duplicates, p.Services[2].Duplicates, p.EmailsTwice = 1, 2, 2
	p.Partitions[1].Redriven = ledger.Sum{Count: 2}
	p.Codes = map[string]int64{"not-json": 6, "price-not-positive": 4, "no-user": 4}
	p.Markers["order-created"] = 41
	total(p)
	return s
}

// lossy is a lab under at-most-once after two kills. Another program committed some payments, and retention deleted some.
func lossy() *lab.Snapshot {
	s := audited()
	s.Settings.Guarantee, s.Settings.CommitInterval, s.Settings.Poison = "at-most-once", 5*time.Second, lab.PoisonRetry
	p := s.Ledger
	move(&p.Partitions[1].Done, &p.Partitions[1].Lost, 7)
	move(&p.Partitions[0].Done, &p.Partitions[0].Lost, 2)
	move(&p.Partitions[2].Waiting, &p.Partitions[2].Foreign, 40)
	move(&p.Partitions[2].Waiting, &p.Partitions[2].Expired, 12)
	p.Anonymous, p.Forged, p.Unread = 3, 1, 6
	total(p)
	s.Trials = []lab.Trial{
		{Guarantee: "at-most-once", Payments: 600, Kills: 4, Lost: 9},
		{Guarantee: "at-least-once", Payments: 200, Kills: 2, Duplicates: 3},
		{Guarantee: "exactly-once", Payments: 179, Kills: 2},
	}
	return s
}

// behind is a lab whose auditor has not read everything yet.
func behind() *lab.Snapshot {
	s := audited()
	s.Ledger.Behind = 12_000
	return s
}

// unaudited is a lab whose auditor has not come through once.
func unaudited() *lab.Snapshot {
	s := flooded()
	s.Ledger = &ledger.Picture{Behind: 1_782}
	return s
}

// transacting is a lab under exactly-once in which order-2 died in the middle of a transaction.
func transacting() *lab.Snapshot {
	s := booked(crashed(), 5, 4, 5)
	s.Settings.Guarantee, s.Settings.CommitInterval = "exactly-once", 100*time.Millisecond
	t := &s.Topics[1]
	t.Hidden, t.HiddenFor, t.Writer = 37, 3200*time.Millisecond, "order-2"
	s.Ledger.Blocked, s.Ledger.Behind = []string{"order-created", "dlq-payment"}, 37
	return s
}

// blocked is a lab in which order-2 tries a poison pill for ever.
func blocked() *lab.Snapshot {
	s := audited()
	s.Settings.Poison = lab.PoisonRetry
	p, o := &s.Partitions[1], &s.Orders[1]
	p.Blocked = &lab.Blocked{Topic: "payment-successful", Partition: 1, Offset: 215, Attempts: 14, Since: s.At.Add(-8200 * time.Millisecond),
		Reason: phrase.New("item 1: the price is -1000, it must be above 0")}
	p.Rate, o.Rate, p.Drain, o.Blocked = 0, 0, lab.Drain{Trend: lab.Stuck, ToZero: -1}, p.Blocked
	return s
}

// crashLooping is a lab in which a poison pill crashes order-2 again and again.
func crashLooping() *lab.Snapshot {
	s := kill(blocked(), 2)
	s.Settings.Poison = lab.PoisonCrash
	s.Partitions[1].Blocked = nil
	o := &s.Orders[1]
	o.Crashes, o.RestartIn, o.Restarts = 4, 600*time.Millisecond, 3
	return s
}

// hostileBooks are books in which every string comes from somebody with bad intentions, and no number is right.
func hostileBooks(evil string) *ledger.Picture {
	const huge = 1 << 62
	p := &ledger.Picture{
		Known: true, TopicID: evil, At: noon(), Behind: huge, Err: errors.New(evil), Blocked: []string{evil, evil},
		Codes: map[string]int64{evil: huge}, Services: []ledger.Service{{Name: evil, Orders: huge, Duplicates: -huge}},
		Records: map[string]int64{evil: 1}, Bytes: huge, Anonymous: -huge, Forged: huge,
	}
	p.Total = ledger.Entry{Payments: ledger.Sum{Count: -huge, Cents: -1 << 63}, Done: ledger.Sum{Count: huge, Cents: 1<<63 - 1}}
	p.Partitions = []ledger.Entry{p.Total, {}}
	return p
}

// hostileStop is a payment that blocks, told by somebody with bad intentions.
func hostileStop(evil string) *lab.Blocked {
	return &lab.Blocked{Topic: evil, Partition: -1, Offset: 1<<63 - 1, Attempts: 1 << 62, Since: noon().Add(time.Hour), Reason: phrase.New("%s", strings.Repeat(evil, 2))}
}
