//go:build synctests

package lab

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"blackfriday/kafka"
)

// churn commands one membership change after the other and remembers what it commanded.
type churn struct {
	random    *rand.Rand
	commanded []string // "crash order-2"
}

// step changes the group once: there is always somebody alive, and never more than six.
func (c *churn) step(t *testing.T, l *Lab) {
	t.Helper()
	var alive, dead []string
	s := l.Snapshot()
	for _, i := range s.Orders {
		if i.Health == Joining || i.Health == Active || i.Health == Standby {
			alive = append(alive, i.Name)
		} else {
			dead = append(dead, i.Name)
		}
	}
	what := c.random.IntN(3)
	switch {
	case len(alive) == 1 || len(alive) < 6 && what == 0:
		if n := c.random.IntN(len(dead) + 1); n < len(dead) {
			c.note(CauseJoin, dead[n])
			do(t, l, Restart{Name: dead[n]})
		} else if len(s.Orders) < 6 {
			c.note(CauseJoin, fmt.Sprintf("order-%d", len(s.Orders)+1))
			do(t, l, AddConsumer{})
		}
	case what == 1:
		name := alive[c.random.IntN(len(alive))]
		c.note(CauseLeave, name)
		do(t, l, Stop{Name: name})
	default:
		name := alive[c.random.IntN(len(alive))]
		c.note(CauseCrash, name)
		do(t, l, Kill{Name: name})
	}
}

func (c *churn) note(cause Cause, member string) {
	c.commanded = append(c.commanded, fmt.Sprintf("%s %s", cause, member))
}

// listedChanges are the changes that the list of rebalances tells of, but for the start.
func listedChanges(s *Snapshot) []string {
	var changes []string
	for _, r := range s.Rebalances {
		for _, c := range append([]Change{{Cause: r.Cause, Member: r.Member}}, r.Also...) {
			if c.Cause != CauseStart {
				changes = append(changes, fmt.Sprintf("%s %s", c.Cause, c.Member))
			}
		}
	}
	slices.Sort(changes)
	return changes
}

// atRest says that no change is on its way any more.
func (c *churn) atRest(s *Snapshot) bool {
	return everyPartitionRead(s) &&
		!slices.ContainsFunc(s.Rebalances, func(r Rebalance) bool { return r.Open }) &&
		!slices.ContainsFunc(s.Orders, func(i Instance) bool { return i.StillMember || i.Health == Joining })
}

// Changes follow each other before the group has come to terms with the ones before, as in an outage. kfake's classic
// groups do not survive that: a member that ends while it waits for a rebalance stays in the group, and the next ones
// wait for it. So theirs come one by one.
func TestChurnIsListedChangeByChange(t *testing.T) {
	for _, p := range kafka.Protocols() {
		t.Run(string(p), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { churned(t, p, rand.Uint64()) })
		})
	}
}

// churned churns a lab and looks at what it lists, loses and reads twice.
func churned(t *testing.T, p kafka.Protocol, seed uint64) {
	t.Helper()
	t.Logf("seed %d", seed)
	const payments = 600
	l := start(t, func(c *Config) { c.Kafka.Protocol, c.Kafka.SessionTimeout = p, 3*time.Second })
	do(t, l, Flood{Count: payments})
	c := &churn{random: rand.New(rand.NewPCG(seed, 0))}
	overlapping, changes := p == kafka.ConsumerProtocol, 8
	if overlapping {
		changes = 20
	}
	for len(c.commanded) < changes {
		if !overlapping {
			until(t, l, "the change before is over", 20*time.Second, c.atRest)
		}
		c.step(t, l)
		<-time.After(time.Duration(c.random.IntN(1000)) * time.Millisecond)
	}
	do(t, l, SetDelay{})
	s := until(t, l, "every change is over, every partition read, all e-mails sent", 2*time.Minute, func(s *Snapshot) bool {
		return c.atRest(s) && drained(s) && s.Totals.Emails >= payments
	})
	slices.Sort(c.commanded)
	if got := listedChanges(s); !slices.Equal(got, c.commanded) {
		t.Errorf("listed    %q\ncommanded %q\nin %+v", got, c.commanded, s.Rebalances)
	}
	if s.TwoReaders != 0 {
		t.Errorf("%d batches begun by a reader that had lost its partition", s.TwoReaders)
	}
}
