//go:build synctests

package kafka

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
)

// world is an embedded cluster in virtual time, and what its members did.
type world struct {
	t       *testing.T
	cluster *Cluster

	mu     sync.Mutex
	begun  map[TopicPartition][]turn // every batch begun, in order
	seen   map[string]int            // how often each record was worked on
	events []string
}

type turn struct {
	at     time.Time
	by     string
	offset int64
}

func newWorld(t *testing.T, protocol Protocol, partitions int) *world {
	t.Helper()
	network := &kfake.VirtualNetwork{}
	cluster, err := Open(t.Context(), Config{
		Port: 9094, Prefix: testPrefix, Protocol: protocol, Listen: network.Listen, Dial: network.DialContext,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	if err := cluster.CreateTopics(t.Context(), Topic{PaymentSuccessful, partitions, 1 << 20}); err != nil {
		t.Fatal(err)
	}
	return &world{t: t, cluster: cluster, begun: map[TopicPartition][]turn{}, seen: map[string]int{}}
}

// produce writes n records, spread evenly.
func (w *world) produce(n int) {
	w.t.Helper()
	p, err := w.cluster.NewProducer("producer")
	if err != nil {
		w.t.Fatal(err)
	}
	defer p.Close()
	records := make([]*Record, n)
	for i := range records {
		records[i] = &Record{Topic: PaymentSuccessful, Value: fmt.Appendf(nil, "%d", i)}
	}
	for _, err := range p.Write(w.t.Context(), records...) {
		if err != nil {
			w.t.Fatal(err)
		}
	}
}

// testMember is a member that works a fixed time on each record.
type testMember struct {
	*Member
	w     *world
	name  string
	delay time.Duration
	stop  context.CancelFunc
	ended chan struct{}
}

func (w *world) join(name string, delay time.Duration) *testMember {
	w.t.Helper()
	m := &testMember{w: w, name: name, delay: delay, ended: make(chan struct{})}
	var err error
	m.Member, err = w.cluster.NewMember(MemberConfig{
		ClientID: name, Group: OrderGroup, Topics: []string{PaymentSuccessful},
		Handler: m, Watch: m, Batch: func() int { return 1 },
	})
	if err != nil {
		w.t.Fatal(err)
	}
	var ctx context.Context
	ctx, m.stop = context.WithCancel(context.Background())
	go func() {
		defer close(m.ended)
		if err := m.Run(ctx); err != nil {
			w.t.Errorf("%s: %v", name, err)
		}
	}()
	w.t.Cleanup(func() { m.stop(); <-m.ended; m.Release() })
	return m
}

func (m *testMember) Handle(ctx context.Context, _ Writer, batch []*Record) (int, error) {
	select {
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-time.After(m.delay):
	}
	m.w.mu.Lock()
	defer m.w.mu.Unlock()
	for _, r := range batch {
		m.w.seen[string(r.Value)]++
	}
	return len(batch), nil
}

func (m *testMember) Assigned(a Assignment) { m.event("assigned", a.At, a.Partitions) }
func (m *testMember) Released(at time.Time, tps []TopicPartition, lost bool) {
	m.event(fmt.Sprintf("released lost=%v", lost), at, tps)
}
func (m *testMember) Failing(err error) { m.event(fmt.Sprint("failing ", err), time.Now(), nil) }
func (m *testMember) Begun(at time.Time, batch []*Record) {
	r := batch[0]
	m.w.mu.Lock()
	defer m.w.mu.Unlock()
	tp := TopicPartition{r.Topic, r.Partition}
	m.w.begun[tp] = append(m.w.begun[tp], turn{at, m.name, r.Offset})
}

func (m *testMember) event(what string, at time.Time, tps []TopicPartition) {
	m.w.mu.Lock()
	defer m.w.mu.Unlock()
	m.w.events = append(m.w.events, fmt.Sprint(at.Format("05.000 "), m.name, " ", what, " ", tps))
}

// until advances virtual time until ok holds.
func (w *world) until(what string, within time.Duration, ok func() bool) {
	w.t.Helper()
	for end := time.Now().Add(within); time.Now().Before(end); {
		w.mu.Lock()
		held := ok()
		w.mu.Unlock()
		if held {
			return
		}
		<-time.After(10 * time.Millisecond)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range w.events {
		w.t.Log(e)
	}
	w.t.Fatalf("not within %v: %s", within, what)
}

// done says how many records were worked on, and how many of them more than once.
func (w *world) done() (distinct, again int) {
	for _, n := range w.seen {
		distinct++
		again += n - 1
	}
	return distinct, again
}

// longestGap is the longest time between two records begun in one partition by different readers.
func (w *world) longestGap() (gap time.Duration) {
	for _, turns := range w.begun {
		for i := 1; i < len(turns); i++ {
			if turns[i].by != turns[i-1].by {
				gap = max(gap, turns[i].at.Sub(turns[i-1].at))
			}
		}
	}
	return gap
}

func eachProtocol(t *testing.T, test func(t *testing.T, p Protocol)) {
	for _, p := range Protocols() {
		t.Run(string(p), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { test(t, p) })
		})
	}
}

const work = 100 * time.Millisecond

func TestThreeMembersShareTheWork(t *testing.T) {
	eachProtocol(t, func(t *testing.T, p Protocol) {
		w := newWorld(t, p, 3)
		for i := range 3 {
			w.join(fmt.Sprintf("order-%d", i+1), work)
		}
		w.until("three readers", 20*time.Second, func() bool { return len(w.owners()) == 3 })
		began := time.Now()
		w.produce(300)
		w.until("300 records", 12*time.Second, func() bool { d, _ := w.done(); return d == 300 })
		if took := time.Since(began); took > 11*time.Second {
			t.Errorf("300 records of 100 ms by three members took %v, want about 10 s", took)
		}
		if _, again := w.done(); again > 0 {
			t.Errorf("%d records worked on twice", again)
		}
	})
}

// owners lists who was assigned something last, per member.
func (w *world) owners() map[string]bool {
	owners := map[string]bool{}
	for _, e := range w.events {
		var at, name, what, rest string
		if n, _ := fmt.Sscan(e, &at, &name, &what, &rest); n == 4 && what == "assigned" && rest != "[]" {
			owners[name] = true
		}
	}
	return owners
}

func TestLeaveHandsOverWithoutDuplicates(t *testing.T) {
	eachProtocol(t, func(t *testing.T, p Protocol) {
		w := newWorld(t, p, 3)
		members := make([]*testMember, 3)
		for i := range members {
			members[i] = w.join(fmt.Sprintf("order-%d", i+1), work)
		}
		w.until("three readers", 20*time.Second, func() bool { return len(w.owners()) == 3 })
		w.produce(300)
		w.until("a third of it", 10*time.Second, func() bool { d, _ := w.done(); return d > 100 })
		members[1].stop()
		<-members[1].ended
		w.until("all of it", 30*time.Second, func() bool { d, _ := w.done(); return d == 300 })
		if _, again := w.done(); again > 0 {
			t.Errorf("%d records worked on twice after a polite leave", again)
		}
		if gap := w.longestGap(); gap > time.Second {
			t.Errorf("a partition was unread for %v, want at most heartbeat + 0.5 s", gap)
		}
	})
}

func TestCrashIsNoticedAfterTheSessionTimeout(t *testing.T) {
	eachProtocol(t, func(t *testing.T, p Protocol) {
		w := newWorld(t, p, 3)
		members := make([]*testMember, 3)
		for i := range members {
			members[i] = w.join(fmt.Sprintf("order-%d", i+1), work)
		}
		w.until("three readers", 20*time.Second, func() bool { return len(w.owners()) == 3 })
		w.produce(600)
		w.until("some of it", 10*time.Second, func() bool { d, _ := w.done(); return d > 60 })
		members[1].Crash()
		<-members[1].ended
		w.until("all of it", 60*time.Second, func() bool { d, _ := w.done(); return d == 600 })
		if _, again := w.done(); again > 5 {
			t.Errorf("%d records worked on twice, want what 250 ms without a commit can hold", again)
		}
		if gap := w.longestGap(); gap < 5*time.Second || gap > 7*time.Second {
			t.Errorf("the dead member's partition was unread for %v, want between 5 and 7 s", gap)
		}
	})
}
