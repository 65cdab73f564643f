package ledger_test

import (
	"testing"

	"blackfriday/kafka"
	"blackfriday/services/audit"
	"blackfriday/services/email"
	"blackfriday/services/ledger"
	"blackfriday/services/relay"
)

// TestDelayIsNeverALoss watches the books while members work, come and go politely: whatever the auditor has not read yet
// must not look lost, forged or foreign in any picture, and in the end nothing was.
func TestDelayIsNeverALoss(t *testing.T) {
	for _, g := range []kafka.Guarantee{kafka.AtLeastOnce, kafka.ExactlyOnce} {
		t.Run(string(g), func(t *testing.T) {
			s := openShop(t)
			s.Join(g, "order-1", kafka.OrderGroup, kafka.PaymentSuccessful, s.orderHandler("order-1"))
			s.Join(g, "email", kafka.EmailGroup, kafka.OrderCreated, email.NewHandler("email", email.NewMailbox(), &relay.Rejections{}))
			const batch, batches = 400, 15
			for i := range batches {
				s.Pay(batch-10, goodPayment)
				s.Pay(10, pill)
				if i == 4 {
					stop := s.Join(g, "order-2", kafka.OrderGroup, kafka.PaymentSuccessful, s.orderHandler("order-2"))
					defer stop()
				}
				s.sound(s.ledger.Picture())
			}
			p := s.until("all is done and mailed", func(p *ledger.Picture) bool {
				s.sound(p)
				return p.Total.Payments.Count == batch*batches && p.Total.Done.Count+p.Total.DLQ.Count == batch*batches &&
					p.Unmailed == 0
			})
			if p.Total.DLQ.Count != 10*batches || p.Total.Done.Cents != goodCents*(batch-10)*batches {
				t.Errorf("the books say %+v", p.Total)
			}
			if g == kafka.ExactlyOnce && (p.Total.Duplicates.Count != 0 || p.EmailsTwice != 0 || p.Markers[kafka.OrderCreated] == 0) {
				t.Errorf("exactly once, and %d duplicates, %d e-mails twice, %d markers",
					p.Total.Duplicates.Count, p.EmailsTwice, p.Markers[kafka.OrderCreated])
			}
			if err := audit.Compare(s.audit(), p); err != nil {
				t.Errorf("the count and the books differ: %v", err)
			}
		})
	}
}

// sound fails if a picture shows what cannot be.
func (s *shop) sound(p *ledger.Picture) {
	s.Helper()
	s.balanced(p)
	if p.Total.Lost.Count+p.Total.Foreign.Count+p.Total.Expired.Count+p.Forged+p.Anonymous+p.Unread != 0 || p.Err != nil {
		s.Fatalf("nothing was lost, and the books say %+v", *p)
	}
}
