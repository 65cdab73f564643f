package ledger_test

import (
	"context"
	"slices"
	"testing"

	"blackfriday/kafka"
	"blackfriday/services/audit"
	"blackfriday/services/email"
	"blackfriday/services/ledger"
	"blackfriday/services/relay"
)

func TestBooksOfALabThatLosesNothing(t *testing.T) {
	s := openShop(t)
	s.until("empty books", func(p *ledger.Picture) bool { return p.Total == ledger.Entry{} && len(p.Partitions) == 3 })
	s.Pay(300, goodPayment)
	s.Pay(3, pill)
	s.until("all waits", func(p *ledger.Picture) bool {
		return p.Total == ledger.Entry{Payments: worth(303, 300), Waiting: worth(303, 300)}
	})
	s.Join("", "order-1", kafka.OrderGroup, kafka.PaymentSuccessful, s.orderHandler("order-1"))
	p := s.until("all is done", func(p *ledger.Picture) bool {
		return p.Total == ledger.Entry{Payments: worth(303, 300), Done: worth(300, 300), DLQ: worth(3, 0)}
	})
	if p.Codes["invalid-json"] != 3 || p.Unmailed != 300 || p.TopicID != s.TopicID(kafka.PaymentSuccessful) {
		t.Errorf("codes %v, %d without an e-mail, books of %q", p.Codes, p.Unmailed, p.TopicID)
	}
	s.Join("", "email", kafka.EmailGroup, kafka.OrderCreated, email.NewHandler("email", email.NewMailbox(), &relay.Rejections{}))
	p = s.until("all is mailed", func(p *ledger.Picture) bool { return p.Emails == 300 })
	want := []ledger.Service{{Name: "email", Emails: 300}, {Name: "order-1", Orders: 300, Letters: 3}}
	if len(p.Services) != 2 || p.Services[0] != want[0] || p.Services[1] != want[1] || p.Unmailed != 0 || p.EmailsTwice != 0 {
		t.Errorf("services %+v, want %+v; %d unmailed, %d mailed twice", p.Services, want, p.Unmailed, p.EmailsTwice)
	}
}

// worth is n payments of which so many are good.
func worth(n, good int64) ledger.Sum { return ledger.Sum{Count: n, Cents: good * goodCents} }

// careless says it has finished what it has not, and does some of its work twice.
type careless struct{ kafka.Handler }

func (c careless) Handle(ctx context.Context, out kafka.Writer, batch []*kafka.Record) (int, error) {
	for _, r := range batch {
		for range []int{0, 2, 1, 1}[r.Offset%4] {
			if _, err := c.Handler.Handle(ctx, out, []*kafka.Record{r}); err != nil {
				return 0, err
			}
		}
	}
	return len(batch), nil
}

// early says it has finished a batch, and does the work when the next one of the partition comes.
type early struct {
	kafka.Handler
	last map[int32][]*kafka.Record
}

func (e early) Handle(ctx context.Context, out kafka.Writer, batch []*kafka.Record) (int, error) {
	p := batch[0].Partition
	if last := e.last[p]; len(last) > 0 {
		if _, err := e.Handler.Handle(ctx, out, last); err != nil {
			return 0, err
		}
	}
	e.last[p] = slices.Clone(batch)
	return len(batch), nil
}

// TestBooksOfALabWithABug turns the guarantee off in the code: the books say so, and an independent count agrees with
// them to the message.
func TestBooksOfALabWithABug(t *testing.T) {
	for name, tc := range map[string]struct {
		handler func(kafka.Handler) kafka.Handler
		want    func(ledger.Entry) bool
	}{
		"work left out and done twice": {
			func(h kafka.Handler) kafka.Handler { return careless{h} },
			// 40 in each partition: 10 are lost, 10 done twice, 20 once.
			func(e ledger.Entry) bool {
				return e == ledger.Entry{Payments: worth(120, 120), Done: worth(90, 90), Lost: worth(30, 30), Duplicates: worth(30, 30)}
			},
		},
		"marked before the work is done": {
			func(h kafka.Handler) kafka.Handler { return early{h, map[int32][]*kafka.Record{}} },
			func(e ledger.Entry) bool { return e.Lost.Count >= 3 && e.Waiting.Count == 0 && e.InFlight.Count == 0 },
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := openShop(t)
			s.Pay(120, goodPayment)
			s.Join("", "order-1", kafka.OrderGroup, kafka.PaymentSuccessful, tc.handler(s.orderHandler("order-1")))
			s.Join("", "email", kafka.EmailGroup, kafka.OrderCreated, email.NewHandler("email", email.NewMailbox(), &relay.Rejections{}))
			p := s.until("all is committed and mailed", func(p *ledger.Picture) bool {
				return tc.want(p.Total) && p.Unmailed == 0 && p.Emails+p.EmailsTwice == p.Records[kafka.OrderCreated]
			})
			if err := audit.Compare(s.audit(), p); err != nil {
				t.Errorf("the count and the books differ: %v\n%+v", err, *p)
			}
		})
	}
}
