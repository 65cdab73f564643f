package audit_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"blackfriday/kafka"
	"blackfriday/kafka/kafkatest"
	"blackfriday/services/audit"
	"blackfriday/services/email"
	"blackfriday/services/order"
	"blackfriday/services/relay"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const goodPayment = `{"user_id":1,"cart":[{"name":"Casque","price":99.9,"quantity":1}],"timestamp":1.5}`

// patience is how long a test waits for the lab to get there.
const patience = 20 * time.Second

// shop is a cluster with the lab's topics.
type shop struct{ *kafkatest.Shop }

func openShop(tb testing.TB) *shop {
	tb.Helper()
	return &shop{kafkatest.OpenShop(tb)}
}

func (s *shop) orderHandler(name string) kafka.Handler {
	return order.NewHandler(order.Config{
		Number: 1, Name: name, Delay: &order.Delay{}, Topics: s, Book: order.NewBook(), Rejections: &relay.Rejections{},
	})
}

// drain waits until the group has committed everything of the topic.
func (s *shop) drain(group, topic string) {
	s.Helper()
	observer, err := s.NewObserver([]string{group}, []string{topic})
	if err != nil {
		s.Fatal(err)
	}
	defer observer.Close()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	drained := false
	err = observer.Run(ctx, 20*time.Millisecond, func(r kafka.Reading, err error) {
		if err != nil {
			return
		}
		lag := int64(0)
		for id, p := range r.Topics[topic].Partitions {
			lag += p.End - max(p.Start, r.Groups[group].Committed[topic][int32(id)])
		}
		if lag == 0 && len(r.Topics[topic].Partitions) > 0 {
			drained = true
			cancel()
		}
	})
	if err != nil || !drained {
		s.Fatalf("%s has not drained %s within %v: %v", group, topic, patience, err)
	}
}

func (s *shop) audit() audit.Count {
	s.Helper()
	c, err := audit.Read(context.Background(), s)
	if err != nil {
		s.Fatal(err)
	}
	return c
}

func (s *shop) want(want audit.Count) {
	s.Helper()
	if want.Codes == nil {
		want.Codes = map[string]int64{}
	}
	if got := s.audit(); !reflect.DeepEqual(got, want) {
		s.Errorf("counted %+v\nwant    %+v", got, want)
	}
}

func TestReadOfALabThatLosesNothing(t *testing.T) {
	s := openShop(t)
	s.want(audit.Count{})
	s.Pay(300, goodPayment)
	s.Pay(3, `{ invalid json :`)
	s.want(audit.Count{Payments: 303, Waiting: 303})
	s.Join("", "order-1", kafka.OrderGroup, kafka.PaymentSuccessful, s.orderHandler("order-1"))
	s.drain(kafka.OrderGroup, kafka.PaymentSuccessful)
	s.want(audit.Count{Payments: 303, Orders: 300, DLQ: 3, Done: 300, Dead: 3, Unmailed: 300, Codes: map[string]int64{"invalid-json": 3}})
	s.Join("", "email", kafka.EmailGroup, kafka.OrderCreated, email.NewHandler("email", email.NewMailbox(), &relay.Rejections{}))
	s.drain(kafka.EmailGroup, kafka.OrderCreated)
	s.want(audit.Count{
		Payments: 303, Orders: 300, DLQ: 3, Emails: 300, Done: 300, Dead: 3, Mailed: 300, Codes: map[string]int64{"invalid-json": 3},
	})
}

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

func TestReadOfALabThatLosesAndRepeats(t *testing.T) {
	s := openShop(t)
	s.Pay(120, goodPayment) // 40 in each partition: 10 are lost, 10 done twice, 20 once
	s.Join("", "order-1", kafka.OrderGroup, kafka.PaymentSuccessful, careless{s.orderHandler("order-1")})
	s.drain(kafka.OrderGroup, kafka.PaymentSuccessful)
	s.want(audit.Count{Payments: 120, Orders: 120, Done: 90, Lost: 30, Duplicates: 30, Unmailed: 120})
}

// TestReadWhileTheLabWorks: whatever goes on, nothing that is well may look lost, forged or done twice.
func TestReadWhileTheLabWorks(t *testing.T) {
	s := openShop(t)
	for _, name := range []string{"order-1", "order-2"} {
		s.Join("", name, kafka.OrderGroup, kafka.PaymentSuccessful, s.orderHandler(name))
	}
	s.Join("", "email", kafka.EmailGroup, kafka.OrderCreated, email.NewHandler("email", email.NewMailbox(), &relay.Rejections{}))
	s.Pay(1, goodPayment)
	s.drain(kafka.OrderGroup, kafka.PaymentSuccessful) // both have joined: a rebalance may repeat work, rightly
	stop := make(chan struct{})
	var paying sync.WaitGroup
	paying.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				s.Pay(50, goodPayment)
			}
		}
	})
	var last int64
	for range 8 {
		c := s.audit()
		if c.Lost != 0 || c.Forged != 0 || c.Foreign != 0 || c.MailDuplicates != 0 || c.Payments < last {
			t.Errorf("counted %+v", c)
		}
		last = c.Payments
	}
	close(stop)
	paying.Wait()
}

// broken is a cluster of which one part cannot be read.
type broken struct {
	audit.Cluster
	topic string
}

var errBroken = errors.New("broken")

func (b broken) NewObserver(groups, topics []string) (*kafka.Observer, error) {
	if b.topic == "" {
		return nil, errBroken
	}
	return b.Cluster.NewObserver(groups, topics)
}

func (b broken) ReadAll(ctx context.Context, topics []string, each func(*kafka.Record)) error {
	for _, topic := range topics {
		if topic == b.topic {
			return fmt.Errorf("read %s: %w", topic, errBroken)
		}
	}
	return b.Cluster.ReadAll(ctx, topics, each)
}

// TestReadCountsAllOrNothing: half a count would look like a loss.
func TestReadCountsAllOrNothing(t *testing.T) {
	s := openShop(t)
	s.Pay(10, goodPayment)
	for _, topic := range []string{"", kafka.PaymentSuccessful, kafka.OrderCreated, kafka.EmailSent, kafka.DLQPayment} {
		c, err := audit.Read(context.Background(), broken{s, topic})
		if !errors.Is(err, errBroken) || !reflect.DeepEqual(c, audit.Count{}) {
			t.Errorf("%q broken: counted %+v, error %v", topic, c, err)
		}
	}
}
