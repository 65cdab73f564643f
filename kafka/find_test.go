package kafka

import (
	"slices"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// A cluster that never had a group has no coordinator for a while.
func TestGroupIsWaitedForUntilItHasACoordinator(t *testing.T) {
	c, err := Open(t.Context(), Config{Nodes: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	refused := 0
	c.fake.ControlKey(int16(kmsg.FindCoordinator), func(r kmsg.Request) (kmsg.Response, error, bool) {
		find, ok := r.(*kmsg.FindCoordinatorRequest)
		if refused++; !ok || refused > 20 {
			return nil, nil, false
		}
		c.fake.KeepControl()
		answer := find.ResponseKind().(*kmsg.FindCoordinatorResponse)
		answer.ErrorCode = kerr.CoordinatorNotAvailable.Code
		for _, key := range find.CoordinatorKeys {
			one := kmsg.NewFindCoordinatorResponseCoordinator()
			one.Key, one.ErrorCode = key, kerr.CoordinatorNotAvailable.Code
			answer.Coordinators = append(answer.Coordinators, one)
		}
		return answer, nil, true
	})
	ask := map[string]func() error{
		"Group": func() error { _, err := c.Group(t.Context(), OrderGroup, PaymentSuccessful); return err },
		"Plan":  func() error { _, err := c.Plan(t.Context(), nil, OrderGroup); return err },
	}
	for name, ask := range ask {
		refused = 0
		if err := ask(); err != nil || refused <= 20 {
			t.Errorf("%s after %d questions: %v", name, refused, err)
		}
	}
}

func TestFindTopicsCreatesNothing(t *testing.T) {
	c, err := Open(t.Context(), Config{Nodes: 1, Prefix: testPrefix})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	here, gone := Topic{PaymentSuccessful, 1, 1 << 20}, Topic{OrderCreated, 1, 1 << 20}
	if err := c.CreateTopics(t.Context(), here); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		missing, err := c.FindTopics(t.Context(), here, gone)
		if err != nil || !slices.Equal(missing, []string{OrderCreated}) {
			t.Errorf("missing %v, %v", missing, err)
		}
	}
	if c.TopicID(PaymentSuccessful) == "" {
		t.Error("the id of a topic that is there is not known")
	}
}
