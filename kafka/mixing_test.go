//go:build synctests

package kafka

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// In a second group beside the first it would read everything once more, and nobody would see it.
func TestClassicMemberIsKeptOutOfAModernGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, ConsumerProtocol, 3)
		modern := w.join("order-1", 0)
		w.until("a reader", 20*time.Second, func() bool { return len(modern.Partitions()) == 3 })
		w.cluster.cfg.Protocol = Range
		classic := w.join("kcat", 0)
		w.until("it is refused", 20*time.Second, func() bool {
			return w.heard("kcat failing be a member of order-service-group as kcat: its members speak another group protocol than range")
		})
		if got := classic.Partitions(); len(got) > 0 {
			t.Errorf("it reads %v", got)
		}
		// Once nobody is in it any more, the group turns classic as Kafka's do, and goes on where it was. The reason is over.
		w.produce(30)
		w.until("what there is", 20*time.Second, func() bool { d, _ := w.done(); return d == 30 })
		modern.stop()
		w.until("it is let in", 20*time.Second, func() bool { return len(classic.Partitions()) == 3 && w.heard("kcat failing <nil>") })
		<-time.After(5 * time.Second)
		if _, again := w.done(); again > 0 {
			t.Errorf("%d records worked on twice: the group forgot what was committed", again)
		}
	})
}

func TestClassicMembersHaveAGroupOfTheirOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Range, 2)
		one, two := w.join("order-1", 0), w.join("kcat", 0)
		w.until("both read", 20*time.Second, func() bool { return len(one.Partitions()) == 1 && len(two.Partitions()) == 1 })
	})
}

// ask sends a request to every broker, as somebody who does not know which one may answer; codes are the answers.
func ask(t *testing.T, client *kgo.Client, req kmsg.Request, code func(kmsg.Response) int16) (codes []error) {
	t.Helper()
	if err := client.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, broker := range client.DiscoveredBrokers() {
		resp, err := broker.Request(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		codes = append(codes, kerr.ErrorForCode(code(resp)))
	}
	return codes
}

// beat is a KIP-848 heartbeat of somebody who wants to become a member.
func beat(t *testing.T, client *kgo.Client, group, member string) []error {
	t.Helper()
	req := kmsg.NewPtrConsumerGroupHeartbeatRequest()
	req.Group, req.MemberID, req.RebalanceTimeoutMillis = group, member, 6000
	req.SubscribedTopicNames, req.Topics = []string{testPrefix + PaymentSuccessful}, []kmsg.ConsumerGroupHeartbeatRequestTopic{}
	return ask(t, client, req, func(r kmsg.Response) int16 { return r.(*kmsg.ConsumerGroupHeartbeatResponse).ErrorCode })
}

// classicJoin is a JoinGroup of somebody new.
func classicJoin(t *testing.T, client *kgo.Client, group string) []error {
	t.Helper()
	req := kmsg.NewPtrJoinGroupRequest()
	req.Group, req.ProtocolType, req.SessionTimeoutMillis, req.RebalanceTimeoutMillis = group, "consumer", 6000, 6000
	req.Protocols = []kmsg.JoinGroupRequestProtocol{{Name: "range"}}
	return ask(t, client, req, func(r kmsg.Response) int16 { return r.(*kmsg.JoinGroupResponse).ErrorCode })
}

func has(errs []error, want error) bool {
	return slices.ContainsFunc(errs, func(err error) bool { return errors.Is(err, want) })
}

// Whoever may not join a group keeps nobody out of it by asking.
func TestWhoMayNotJoinKeepsNobodyOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := &kfake.VirtualNetwork{}
		c, err := Open(t.Context(), Config{
			Port: 9094, Prefix: testPrefix, Listen: network.Listen, Dial: network.DialContext,
			Classroom: &Classroom{Host: "localhost", Code: NewJoinCode()},
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		pupil := student(t, c, kgo.Dialer(network.DialContext))
		if got := beat(t, pupil, testPrefix+EmailGroup, "AAAAAAAAAAAAAAAAAAAAAA"); !has(got, kerr.GroupAuthorizationFailed) {
			t.Fatalf("the student hears %v", got)
		}
		if got := classicJoin(t, c.client, testPrefix+EmailGroup); has(got, kerr.InconsistentGroupProtocol) || !has(got, kerr.MemberIDRequired) {
			t.Errorf("the teacher hears %v", got)
		}
		// Nor does he learn who is in it: what he hears is that he has no right, as he did before.
		if got := beat(t, c.client, testPrefix+AnalyticsGroup, "AAAAAAAAAAAAAAAAAAAAAA"); !has(got, nil) {
			t.Fatalf("the teacher hears %v", got)
		}
		if got := classicJoin(t, pupil, testPrefix+AnalyticsGroup); !has(got, kerr.GroupAuthorizationFailed) || has(got, kerr.InconsistentGroupProtocol) {
			t.Errorf("the student hears %v", got)
		}
		if got := classicJoin(t, c.client, testPrefix+AnalyticsGroup); !has(got, kerr.InconsistentGroupProtocol) {
			t.Errorf("the teacher hears %v", got)
		}
	})
}

// A heartbeat that a classic group does not take, even one in the name of its member, changes nothing for those who join.
func TestStrayHeartbeatsDoNotFreezeAClassicGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Range, 2)
		one := w.join("order-1", 0)
		w.until("it reads", 20*time.Second, func() bool { return len(one.Partitions()) == 2 })
		group := testPrefix + OrderGroup
		for _, member := range []string{"AAAAAAAAAAAAAAAAAAAAAA", w.cluster.fake.GroupInfo(group).Members[0].MemberID} {
			if got := beat(t, w.cluster.client, group, member); !has(got, kerr.GroupIDNotFound) {
				t.Fatalf("the stray hears %v", got)
			}
		}
		if got := classicJoin(t, w.cluster.client, group); has(got, kerr.InconsistentGroupProtocol) || !has(got, kerr.MemberIDRequired) {
			t.Errorf("a classic member hears %v", got)
		}
		two := w.join("order-2", 0)
		w.until("both read", 20*time.Second, func() bool { return len(one.Partitions()) == 1 && len(two.Partitions()) == 1 })
	})
}

// What is known of groups does not outlive their members.
func TestGroupsWithoutMembersAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, ConsumerProtocol, 1)
		m := newMixing(w.cluster.fake)
		m.on()
		for i := range 10 * manyGroups {
			if got := beat(t, w.cluster.client, fmt.Sprintf("mine-%d", i), "AAAAAAAAAAAAAAAAAAAAAA"); !has(got, nil) {
				t.Fatalf("group %d: %v", i, got)
			}
			<-time.After(time.Second) // virtual, and nobody says goodbye
		}
		if n := len(m.modern); n > 2*manyGroups {
			t.Errorf("%d groups are remembered", n)
		}
	})
}
