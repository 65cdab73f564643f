package kafka

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"blackfriday/kafka/phrase"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"
)

// may is an ACL that lets somebody do something.
func may(op kmsg.ACLOperation, kind kmsg.ACLResourceType, name string) kfake.ACL {
	return kfake.ACL{Resource: kind, Name: name, Pattern: kmsg.ACLResourcePatternTypeLiteral, Operation: op, Allow: true}
}

// guarded starts a cluster with the lab's topics, where a student has these rights and a teacher all.
func guarded(t *testing.T, acls ...kfake.ACL) (as func(user string) *Cluster) {
	t.Helper()
	brokers := foreign(t, kfake.EnableSASL(), kfake.EnableACLs(), kfake.Superuser("PLAIN", "teacher", "sesame"),
		kfake.User("PLAIN", "student", "sesame", acls...))
	as = func(user string) *Cluster {
		c, err := Open(t.Context(), Config{
			Brokers: brokers, Security: Security{Mechanism: Plain, User: user, Password: NewSecret("sesame")}, Protocol: ConsumerProtocol,
			Confirm: func(context.Context, Plan) error { return nil },
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		return c
	}
	for _, name := range []string{PaymentSuccessful, OrderCreated, EmailSent, DLQPayment} {
		if err := as("teacher").CreateTopics(t.Context(), Topic{Name: name, Partitions: 1, MaxBytes: 1 << 20}); err != nil {
			t.Fatal(err)
		}
	}
	return as
}

func TestRightsDecideWhatCanBeDone(t *testing.T) {
	t.Parallel()
	topic, group := kmsg.ACLResourceTypeTopic, kmsg.ACLResourceTypeGroup
	as := guarded(t, may(kmsg.ACLOperationRead, topic, PaymentSuccessful), may(kmsg.ACLOperationWrite, topic, OrderCreated),
		may(kmsg.ACLOperationWrite, topic, DLQPayment), may(kmsg.ACLOperationRead, group, OrderGroup))
	can, err := as("teacher").Capabilities(t.Context())
	if !reflect.DeepEqual(can, Capabilities{}) || err != nil {
		t.Errorf("the teacher: %+v, %v", can, err)
	}
	can, err = as("student").Capabilities(t.Context())
	if err != nil || !can.Consume.Empty() || !can.NewGroups.Empty() {
		t.Errorf("the student: %+v, %v", can, err)
	}
	for want, got := range map[string]phrase.Phrase{
		`"student" write topic payment-successful`: can.Pay, `alter topic payment-successful`: can.Grow,
		`write topic email-sent`: can.Write(EmailSent), `write topic payment-successful`: can.Write(PaymentSuccessful),
		`delete topic payment-successful`: can.Recreate, `write transactional id`: can.Transactions,
	} {
		if !strings.Contains(got.String(), want) || !strings.Contains(got.String(), "kafka-acls") {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if mine := can.Write(OrderCreated).String() + can.Write(DLQPayment).String(); mine != "" {
		t.Errorf("what the student may write: %s", mine)
	}
	stranger := guarded(t)
	if can, err = stranger("student").Capabilities(t.Context()); err != nil || !strings.Contains(can.Consume.String(), "read group order-service-group") {
		t.Errorf("without any right: %+v, %v", can, err)
	}
}

func TestOldBrokersSayWhatTheyDoNotKnow(t *testing.T) {
	t.Parallel()
	old := kversion.V2_4_0()
	c, err := Open(t.Context(), Config{Brokers: foreign(t, kfake.MaxVersions(old))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	can, err := c.Capabilities(t.Context())
	if err != nil || !strings.Contains(can.NewGroups.String(), "4.0 or newer") || !strings.Contains(can.Transactions.String(), "2.5 or newer") || !can.Pay.Empty() {
		t.Errorf("%+v, %v", can, err)
	}
	if got := c.Config().Protocol; got != CooperativeSticky {
		t.Errorf("the protocol is %s", got)
	}
}

func TestWhatBrokersOfferIsNotWhatIsEnabled(t *testing.T) {
	k := knowledge{
		requests: map[int16]int16{kmsg.ConsumerGroupHeartbeat.Int16(): 1, kmsg.ConsumerGroupDescribe.Int16(): 1},
		features: map[string]int16{}, offered: map[string]bool{"group.version": true},
	}
	if got := k.newGroups(); !strings.Contains(got.String(), "kafka-features upgrade") {
		t.Errorf("%q", got)
	}
	k.features["group.version"] = 1
	if got := k.newGroups(); !got.Empty() {
		t.Errorf("%q", got)
	}
}

func TestARefusalIsSaidInWords(t *testing.T) {
	t.Parallel()
	as := guarded(t)
	p, err := as("student").NewProducer("payment")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	// A topic that one may not even look at does not exist, to kgo, for as long as it is patient.
	written := errors.Join(p.Write(t.Context(), &Record{Topic: PaymentSuccessful, Value: []byte("{}")})...)
	if written == nil || strings.Contains(written.Error(), "AUTHORIZATION_FAILED") || !errors.Is(written, kerr.TopicAuthorizationFailed) {
		t.Errorf("%v", written)
	}
	failing := make(chan error, 64)
	m, err := as("student").NewMember(MemberConfig{
		ClientID: "order-1", Group: OrderGroup, Topics: []string{PaymentSuccessful}, Watch: told(failing), Batch: func() int { return 1 },
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- m.Run(ctx) }()
	defer func() { stop(); <-ended }()
	select {
	case err := <-failing:
		if strings.Contains(err.Error(), "AUTHORIZATION_FAILED") || !strings.Contains(err.Error(), "kafka-acls") {
			t.Error(err)
		}
	case <-time.After(time.Minute):
		t.Error("a member without rights says nothing")
	}
}

// told hears of failures.
type told chan error

func (told) Assigned(Assignment)                        {}
func (told) Released(time.Time, []TopicPartition, bool) {}
func (told) Begun(time.Time, []*Record)                 {}
func (f told) Failing(err error) {
	if err != nil {
		select {
		case f <- err:
		default:
		}
	}
}
