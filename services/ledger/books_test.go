package ledger

import (
	"fmt"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"blackfriday/kafka"
)

const (
	ours      = "kZ0sXv6bQ9eFqXl1oQJt3g"
	good      = `{"user_id":1,"cart":[{"name":"Casque","price":1.25}],"timestamp":1.5}`
	goodCents = 125
	bad       = `{`
)

// slip is something that names a payment.
type slip struct {
	kind    kind
	of      place
	topicID string
	at      place
}

func (s slip) record() *kafka.Record {
	number := func(n int64) []byte { return strconv.AppendInt(nil, n, 10) }
	topic := map[kind]string{anOrder: kafka.OrderCreated, aLetter: kafka.DLQPayment, anEmail: kafka.EmailSent}[s.kind]
	return &kafka.Record{Topic: topic, Partition: s.at.partition, Offset: s.at.offset, Headers: []kafka.Header{
		{Key: kafka.HeaderSourceTopic, Value: []byte(kafka.PaymentSuccessful)},
		{Key: kafka.HeaderPaymentTopicID, Value: []byte(s.topicID)},
		{Key: kafka.HeaderPaymentPartition, Value: number(int64(s.of.partition))},
		{Key: kafka.HeaderPaymentOffset, Value: number(s.of.offset)},
		{Key: kafka.HeaderInstance, Value: []byte("order-1")},
	}}
}

// world is what stands in the topics, and how far it was read.
type world struct {
	t        *rapid.T
	books    *books
	payments [2][]string // values by offset; "": no record
	copyOf   map[place]place
	slips    map[string][]slip // by topic
	read     map[kafka.TopicPartition]int64
	gone     map[place]bool // payments deleted unread
}

// write adds to the topics.
func (w *world) write() {
	p := rapid.Int32Range(0, 1).Draw(w.t, "partition")
	switch rapid.IntRange(0, 3).Draw(w.t, "write") {
	case 0:
		at := place{p, int64(len(w.payments[p]))}
		w.payments[p] = append(w.payments[p], rapid.SampledFrom([]string{good, good, bad, ""}).Draw(w.t, "payment"))
		// Of a letter that is there, or of one that never will be.
		letter := rapid.Int64Range(-1, int64(len(w.slips[kafka.DLQPayment]))-1).Draw(w.t, "copy of letter")
		if letter < 0 {
			letter = 1000
		}
		if rapid.Bool().Draw(w.t, "a copy") {
			w.copyOf[at] = place{0, letter}
		}
	default:
		k := rapid.SampledFrom([]kind{anOrder, aLetter, anEmail}).Draw(w.t, "kind")
		// Also of offsets that hold no record, and of some that never will.
		of := place{rapid.Int32Range(0, 2).Draw(w.t, "of partition"), 1000}
		if of.partition < 2 && len(w.payments[of.partition]) > 0 && rapid.IntRange(0, 9).Draw(w.t, "real") > 0 {
			of.offset = rapid.Int64Range(0, int64(len(w.payments[of.partition]))-1).Draw(w.t, "of offset")
		}
		id := rapid.SampledFrom([]string{ours, ours, ours, "", "another"}).Draw(w.t, "topic id")
		topic := slip{kind: k}.record().Topic
		w.slips[topic] = append(w.slips[topic], slip{k, of, id, place{0, int64(len(w.slips[topic]))}})
	}
}

// readPayments has the books read some more of a partition, or find that it was deleted.
func (w *world) readPayments() {
	p := rapid.Int32Range(0, 1).Draw(w.t, "partition")
	tp := kafka.TopicPartition{Topic: kafka.PaymentSuccessful, Partition: p}
	first := w.read[tp]
	next := rapid.Int64Range(first, int64(len(w.payments[p]))).Draw(w.t, "up to")
	s := kafka.Stretch{TopicPartition: tp, First: first, Next: next, LogStart: first}
	if rapid.IntRange(0, 5).Draw(w.t, "deleted") == 0 {
		s.LogStart = rapid.Int64Range(first, next).Draw(w.t, "log start")
	}
	for o := s.LogStart; o < next; o++ {
		if value := w.payments[p][o]; value != "" {
			r := &kafka.Record{Topic: tp.Topic, Partition: p, Offset: o, Value: []byte(value)}
			if letter, copied := w.copyOf[place{p, o}]; copied {
				r.Headers = []kafka.Header{
					{Key: kafka.HeaderRedrivePartition, Value: []byte("0")},
					{Key: kafka.HeaderRedriveOffset, Value: strconv.AppendInt(nil, letter.offset, 10)},
				}
			}
			s.Records = append(s.Records, r)
		}
	}
	for o := first; o < s.LogStart; o++ {
		w.gone[place{p, o}] = true
	}
	w.take(s)
}

func (w *world) take(s kafka.Stretch) {
	if s.Next > s.First {
		w.books.enter(s)
		w.read[s.TopicPartition] = s.Next
	}
}

func (w *world) readSlips() {
	topic := rapid.SampledFrom(followers()).Draw(w.t, "topic")
	tp := kafka.TopicPartition{Topic: topic}
	first := w.read[tp]
	next := rapid.Int64Range(first, int64(len(w.slips[topic]))).Draw(w.t, "up to")
	s := kafka.Stretch{TopicPartition: tp, First: first, Next: next}
	for _, one := range w.slips[topic][first:next] {
		s.Records = append(s.Records, one.record())
	}
	w.take(s)
}

func (w *world) ends() []int64 { return []int64{int64(len(w.payments[0])), int64(len(w.payments[1]))} }

// settle takes up what was put aside, as a turn does.
func (w *world) settle() {
	w.books.settleClaims([]int64{int64(len(w.slips[kafka.DLQPayment]))})
	w.books.settle(w.ends())
}

func drawCircumstances(t *rapid.T) circumstances {
	offset := rapid.Int64Range(0, 30)
	run := rapid.Custom(func(t *rapid.T) span { return span{offset.Draw(t, "first"), offset.Draw(t, "next")} })
	runs := func(name string) spans { return joined(rapid.SliceOfN(run, 0, 3).Draw(t, name)...) }
	return circumstances{
		start: offset.Draw(t, "start"), committed: offset.Draw(t, "committed"), proven: offset.Draw(t, "proven"),
		inHand: runs("in hand"), ours: runs("ours"), blind: runs("blind"),
	}
}

// TestBooksAgainstLists compares the books, filled in any order that turns can bring, with lists that are searched.
func TestBooksAgainstLists(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &world{
			t: t, books: newBooks(ours), copyOf: map[place]place{}, slips: map[string][]slip{},
			read: map[kafka.TopicPartition]int64{}, gone: map[place]bool{},
		}
		w.books.grow(2)
		t.Repeat(map[string]func(*rapid.T){
			"write":         func(t *rapid.T) { w.t = t; w.write() },
			"write more":    func(t *rapid.T) { w.t = t; w.write() },
			"read payments": func(t *rapid.T) { w.t = t; w.readPayments() },
			"read slips":    func(t *rapid.T) { w.t = t; w.readSlips() },
			"settle":        func(t *rapid.T) { w.t = t; w.settle() },
			"":              func(t *rapid.T) { w.balances(t) },
		})
		w.readTheRest()
		for p := range int32(2) {
			c := drawCircumstances(t)
			if got, want := w.books.sheets[p].judge(c), w.naive(p, c); got != want {
				t.Fatalf("partition %d under %+v\n got %+v\nwant %+v", p, c, got, want)
			}
		}
		w.checkMails(t)
	})
}

func (w *world) readTheRest() {
	w.settle()
	for p := range int32(2) {
		tp := kafka.TopicPartition{Topic: kafka.PaymentSuccessful, Partition: p}
		for w.read[tp] < int64(len(w.payments[p])) {
			w.readPayments()
		}
	}
	for _, topic := range followers() {
		for w.read[kafka.TopicPartition{Topic: topic}] < int64(len(w.slips[topic])) {
			w.readSlips()
		}
	}
	w.books.settle(w.ends())
	w.books.settleClaims([]int64{int64(len(w.slips[kafka.DLQPayment]))})
}

// balances fails unless the equation holds, whatever the circumstances.
func (w *world) balances(t *rapid.T) {
	c := drawCircumstances(t)
	for _, s := range w.books.sheets {
		e := s.judge(c)
		var sides Sum
		for _, side := range []Sum{e.Done, e.DLQ, e.InFlight, e.Waiting, e.Lost, e.Foreign, e.Expired} {
			if side.Count < 0 || side.Cents < 0 {
				t.Fatalf("negative: %+v", e)
			}
			sides.add(side)
		}
		if sides != e.Payments {
			t.Fatalf("does not balance: %+v", e)
		}
	}
}

// checkMails compares what concerns all partitions together.
func (w *world) checkMails(t *rapid.T) {
	var emails, twice, unmailed, forged, named int64
	for p := range int32(3) {
		for i := range int64(1001) {
			at := place{p, i}
			orders, letters, mails := w.count(at, anOrder), w.count(at, aLetter), w.count(at, anEmail)
			exists := p < 2 && i < int64(len(w.payments[p])) && (w.payments[p][i] != "" || w.gone[at])
			switch {
			case !exists:
				forged += orders + letters + mails
				continue
			case mails > 0:
				emails, twice = emails+1, twice+mails-1
			case orders > 0 && !w.gone[at]:
				unmailed++
			}
			named += orders + letters + mails
		}
	}
	for _, slips := range w.slips {
		for _, s := range slips {
			if s.topicID == "another" {
				forged++
			}
		}
	}
	b := w.books
	got := fmt.Sprint(b.emails, b.emailsTwice, b.sheets[0].unmailed+b.sheets[1].unmailed, b.forged, len(b.aside))
	if want := fmt.Sprint(emails, twice, unmailed, forged, 0); got != want {
		t.Fatalf("mails, twice, unmailed, forged, aside: %s, want %s", got, want)
	}
	var one Service
	if s := b.services["order-1"]; s != nil {
		one = *s
	}
	if one.Orders+one.Letters+one.Emails != named {
		t.Fatalf("order-1 wrote %+v, want %d together", one, named)
	}
}
