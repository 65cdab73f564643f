package tui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"blackfriday/services/deadletters"
	"blackfriday/services/lab"
	"blackfriday/services/messages"
)

// fakeDesk answers from memory and remembers what it was asked.
type fakeDesk struct {
	mu       sync.Mutex
	page     messages.Page
	letters  deadletters.Page
	trace    messages.Trace
	bursts   []messages.Burst
	refuse   map[messages.Place]error
	err      error
	queries  []messages.Query
	lists    []deadletters.Query
	drafts   []messages.Draft
	orders   []deadletters.Order
	followed []messages.Payment
}

func (f *fakeDesk) Browse(_ context.Context, q messages.Query) (messages.Page, error) {
	f.queries = append(f.queries, q)
	return f.page, f.err
}

func (f *fakeDesk) Tail(ctx context.Context, _, _ string, tell func(messages.Burst)) error {
	for _, b := range f.bursts {
		tell(b)
	}
	if f.err != nil {
		return f.err
	}
	<-ctx.Done()
	return nil
}

func (f *fakeDesk) Produce(_ context.Context, d messages.Draft) (messages.Place, error) {
	f.drafts = append(f.drafts, d)
	return messages.Place{Topic: d.Topic, Partition: 1, Offset: 77}, f.err
}

func (f *fakeDesk) Follow(_ context.Context, p messages.Payment, progress func(messages.Trace)) (messages.Trace, error) {
	f.followed = append(f.followed, p)
	progress(messages.Trace{Payment: p, Hops: f.trace.Hops[:min(1, len(f.trace.Hops))], Scanned: 30, Total: 100})
	return f.trace, f.err
}

func (f *fakeDesk) List(_ context.Context, q deadletters.Query) (deadletters.Page, error) {
	f.lists = append(f.lists, q)
	page := f.letters
	page.Older = page.Older && q.Before == nil
	return page, f.err
}

func (f *fakeDesk) Redrive(_ context.Context, o deadletters.Order) []deadletters.Outcome {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.orders = append(f.orders, o)
	var out []deadletters.Outcome
	for i, p := range o.Letters {
		as := messages.Place{Topic: paymentTopic, Partition: 2, Offset: int64(900 + i)}
		out = append(out, deadletters.Outcome{Letter: p, SentAs: as, Err: f.refuse[p]})
	}
	return out
}

func (f *fakeDesk) RedriveAll(ctx context.Context, q deadletters.Query, how deadletters.Order, each func(deadletters.Outcome)) error {
	f.lists = append(f.lists, q)
	for _, l := range f.letters.Letters {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		how.Letters = []messages.Place{l.Place}
		each(f.Redrive(ctx, how)[0])
	}
	return nil
}

func (f *fakeDesk) Export(_ context.Context, _ deadletters.Query, w io.Writer) (int64, error) {
	if f.err != nil {
		return 0, f.err
	}
	_, err := io.WriteString(w, "{}\n{}\n")
	return 2, err
}

// reading is a dashboard with a desk, after some keys; what they ask for is done at once.
func reading(s *lab.Snapshot, f *fakeDesk, w, h int, keys ...string) *model {
	m, _ := dashboard(s, w, h)
	m.options.Messages = func() Messages { return f }
	m.options.DeadLetters = func() DeadLetters { return f }
	act(m, keys...)
	return m
}

// act types keys and carries out what they ask for, but for what goes on until it is stopped.
func act(m *model, keys ...string) {
	for _, k := range keys {
		_, cmd := m.Update(keyPress(k))
		for cmd != nil && m.browser.live == nil {
			_, cmd = m.Update(cmd())
		}
	}
}

// typedKeys enters a text.
func typedKeys(m *model, text string) { m.Update(tea.PasteMsg{Content: text}) }

func payment(user int) []byte {
	return fmt.Appendf(nil, `{"id":"8c1d","user_id":"%d","cart":[{"product":"Camera","price":499.9,"quantity":1}],"tags":[],"paid":true}`, user)
}

// browsed is a desk with some payments.
func browsed() *fakeDesk {
	f := &fakeDesk{page: messages.Page{Older: true, Scanned: 12}}
	for i := range 12 {
		msg := messages.Message{
			Place: messages.Place{Topic: paymentTopic, Partition: int32(i % 3), Offset: int64(390 + i)},
			At:    noon().Add(time.Duration(i-12) * 1370 * time.Millisecond), Value: payment(40 + i),
		}
		if i%4 == 3 {
			msg.Key = []byte("user-7")
		}
		if i == 11 {
			msg.Headers = []messages.Header{{Key: "redriven-from-partition", Value: []byte("0")}, {Key: "redriven-from-offset", Value: []byte("13")}}
		}
		f.page.Messages = append(f.page.Messages, msg)
	}
	f.page.Messages[10].Value = nil
	return f
}

// buried is a desk with dead letters.
func buried() *fakeDesk {
	f := browsed()
	errs := []string{"item 1: the price is -1000, it must be above 0", "this is not JSON: unexpected end", "the user_id is missing"}
	codes := []string{"price-not-positive", "not-json", "no-user"}
	for i := range 9 {
		l := deadletters.Letter{
			Message: messages.Message{
				Place: messages.Place{Topic: "dlq-payment", Partition: int32(i % 3), Offset: int64(20 - i)},
				At:    noon().Add(-time.Duration(i) * 7 * time.Second),
			},
			Code: codes[i%3], Error: errs[i%3], Original: payment(40 + i), Attempts: 1 + i%2,
			Source: messages.Place{Topic: paymentTopic, Partition: int32(i % 3), Offset: int64(215 - i)}, Instance: fmt.Sprintf("order-%d", i%3+1),
			RefusedAt: noon().Add(-time.Duration(i) * 7 * time.Second),
		}
		if i%3 == 1 {
			l.Original = []byte(`{"id":"8c1d","user_id":`)
		}
		f.letters.Letters = append(f.letters.Letters, l)
	}
	f.letters.Letters[2].Redrives = 2
	f.letters.Letters[3].SentAs = messages.Place{Topic: paymentTopic, Partition: 1, Offset: 700}
	f.letters.Letters[4].Null, f.letters.Letters[4].Original = true, nil
	f.letters.Counts, f.letters.Total = map[string]int64{"price-not-positive": 3, "not-json": 1_003, "no-user": 3}, 1_009
	f.letters.Older, f.letters.Cursor = true, messages.Cursor{0: {First: 12, Next: 21}}
	return f
}

// hop is a station of the payment P1@215, so long after noon.
func hop(topic string, partition int32, offset int64, after time.Duration, instance string, counted time.Duration) messages.Hop {
	h := messages.Hop{Instance: instance, Of: messages.Payment{Partition: 1, Offset: 215}}
	h.Place = messages.Place{Topic: topic, Partition: partition, Offset: offset}
	h.At, h.Value = noon().Add(after), payment(42)
	h.Headers = []messages.Header{{Key: "payment-partition", Value: []byte("1")}, {Key: "payment-offset", Value: []byte("215")}}
	if h.CountedKnown = topic != "dlq-payment"; counted > 0 {
		h.Counted = h.At.Add(counted)
	}
	return h
}

// followedTwice is a payment on which two consumers worked because the first one crashed.
func followedTwice() *fakeDesk {
	f := buried()
	second := hop("order-created", 0, 131, 6230*time.Millisecond, "order-3", 4*time.Millisecond)
	second.Duplicate = true
	f.trace = messages.Trace{Payment: messages.Payment{Partition: 1, Offset: 215}, Scanned: 3_404, Total: 3_404, Hops: []messages.Hop{
		hop(paymentTopic, 1, 215, 0, "", 3*time.Millisecond),
		hop("order-created", 1, 104, 112*time.Millisecond, "order-2", 5*time.Millisecond),
		hop("email-sent", 1, 99, 131*time.Millisecond, "email", 6*time.Millisecond),
		second,
	}}
	return f
}

// redriven is a payment that was refused, sent again, and not worked on yet.
func redrivenTrace() *fakeDesk {
	f := buried()
	again := hop(paymentTopic, 2, 700, 9*time.Second, "", 0)
	again.Of, again.Generation = messages.Payment{Partition: 2, Offset: 700}, 1
	again.Parent = messages.Place{Topic: "dlq-payment", Partition: 0, Offset: 13}
	f.trace = messages.Trace{Payment: messages.Payment{Partition: 1, Offset: 215}, Scanned: 900, Total: 900, Hops: []messages.Hop{
		hop(paymentTopic, 1, 215, 0, "", 3*time.Millisecond),
		hop("dlq-payment", 0, 13, 104*time.Millisecond, "order-2", 0),
		again,
	}}
	return f
}

// evilDesk is a desk on which everything was written by somebody with bad intentions.
func evilDesk() *fakeDesk {
	evil := "\x1b[2J\x1b]0;owned\a\u202egnirts\u202c\r\n\t\x00\x9b31m\xff界e\u0301👩\u200d👩\u200d👧🇫🇷" + strings.Repeat("A", 10_000)
	f := redrivenTrace()
	f.err = nil
	poison := func(m *messages.Message) {
		m.Topic, m.Key, m.Value = evil, []byte(evil), []byte(evil)
		m.Headers = []messages.Header{{Key: evil, Value: []byte(evil)}, {Key: "payment-partition", Value: []byte(evil)}}
	}
	for i := range f.page.Messages {
		poison(&f.page.Messages[i])
	}
	for i := range f.letters.Letters {
		l := &f.letters.Letters[i]
		poison(&l.Message)
		l.Code, l.Error, l.Original, l.Instance, l.Source.Topic = evil, evil, []byte(evil), evil, evil
	}
	for i := range f.trace.Hops {
		poison(&f.trace.Hops[i].Message)
		f.trace.Hops[i].Instance = evil
	}
	f.letters.Counts = map[string]int64{evil: 3, deadletters.OtherCodes: 5}
	f.refuse = map[messages.Place]error{f.letters.Letters[0].Place: errors.New(evil)}
	return f
}
