package kafka

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"

	"blackfriday/kafka/guard"
)

func openObserver(t testing.TB, c *Cluster, topics ...string) *Observer {
	t.Helper()
	o, err := c.NewObserver([]string{"g", "nobody"}, topics)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(o.Close)
	return o
}

func read(t testing.TB, o *Observer) Reading {
	t.Helper()
	r, err := o.Read(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// readUntil reads until ok holds.
func readUntil(t testing.TB, o *Observer, what string, ok func(Reading) bool) Reading {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	var last Reading
	var lastErr error
	reached := false
	err := o.Run(ctx, 10*time.Millisecond, func(r Reading, err error) {
		if last, lastErr = r, err; err == nil && ok(r) {
			reached = true
			cancel()
		}
	})
	if err != nil || !reached {
		t.Fatalf("never read %s; the last reading is %+v, error %v, %v", what, last, lastErr, err)
	}
	return last
}

// reachable is the same cluster, as one that somebody else runs.
func reachable(t testing.TB, c *Cluster, protocol Protocol) *Cluster {
	t.Helper()
	other, err := Open(context.Background(), Config{Brokers: c.Brokers(), Protocol: protocol, Prefix: testPrefix})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(other.Close)
	return other
}

// idle is a handler that finishes everything, and a watcher without interest.
type idle struct{}

func (idle) Handle(_ context.Context, _ Writer, batch []*Record) (int, error) { return len(batch), nil }
func (idle) Assigned(Assignment)                                              {}
func (idle) Released(time.Time, []TopicPartition, bool)                       {}
func (idle) Begun(time.Time, []*Record)                                       {}
func (idle) Failing(error)                                                    {}

// joinGroup runs a member of the group "g" until leave is called.
func joinGroup(t testing.TB, c *Cluster, name, topic string) (leave func()) {
	t.Helper()
	m, err := c.NewMember(MemberConfig{
		ClientID: name, Group: "g", Topics: []string{topic}, Handler: idle{}, Watch: idle{}, Batch: func() int { return 10 },
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	ended.Go(func() {
		if err := m.Run(ctx); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	})
	leave = sync.OnceFunc(func() { cancel(); ended.Wait(); m.Release() })
	t.Cleanup(leave)
	return leave
}

func TestObserverReadsTopics(t *testing.T) {
	c := openCluster(t, "a", "b")
	client := openClient(t, c)
	produce(t, client, "a", 1, "x", "y", "z")
	deleteRecords(t, client, "a", map[int32]int64{1: 2})
	before := time.Now()
	r := read(t, openObserver(t, c, "a", "b", "missing"))
	if r.At.Before(before) || r.Took <= 0 || time.Since(r.At) < r.Took {
		t.Errorf("read at %v in %v, between %v and now", r.At, r.Took, before)
	}
	if keys := slices.Sorted(maps.Keys(r.Topics)); !slices.Equal(keys, []string{"a", "b"}) {
		t.Fatalf("topics %v, want a and b", keys)
	}
	if r.Topics["a"].ID != c.TopicID("a") || r.Topics["a"].ID == "" {
		t.Errorf("topic id %q, want %q", r.Topics["a"].ID, c.TopicID("a"))
	}
	want := []PartitionReading{{}, {Start: 2, End: 3, Stable: 3}, {}}
	got := r.Topics["a"].Partitions
	for i := range want {
		want[i].Leader = c.fake.LeaderFor(testPrefix+"a", int32(i))
		if !slices.Contains(got[i].ISR, got[i].Leader) {
			t.Errorf("the leader of partition %d is not in sync: %+v", i, got[i])
		}
	}
	same := func(a, b PartitionReading) bool {
		return a.Start == b.Start && a.End == b.End && a.Stable == b.Stable && a.Leader == b.Leader && a.Err == nil && b.Err == nil
	}
	if !slices.EqualFunc(got, want, same) {
		t.Errorf("partitions %+v, want %+v", got, want)
	}
}

func TestObserverSeesAddedPartitions(t *testing.T) {
	c := openCluster(t, "a")
	o := openObserver(t, c, "a")
	read(t, o)
	if _, err := kadm.NewClient(openClient(t, c)).UpdatePartitions(t.Context(), 5, testPrefix+"a"); err != nil {
		t.Fatal(err)
	}
	readUntil(t, o, "five partitions", func(r Reading) bool { return len(r.Topics["a"].Partitions) == 5 })
}

func TestObserverReadsGroupsOfEveryProtocol(t *testing.T) {
	for _, protocol := range Protocols() {
		t.Run(string(protocol), func(t *testing.T) {
			home := openCluster(t, "a")
			c := reachable(t, home, protocol)
			produce(t, openClient(t, c), "a", 1, "x", "y")
			o := openObserver(t, c, "a")

			r := read(t, o)
			for _, name := range []string{"g", "nobody"} {
				g := r.Groups[name]
				if g.State != "" || len(g.Members) > 0 || len(g.Committed["a"]) > 0 || g.Err != nil {
					t.Errorf("before anybody joined, %s is %+v", name, g)
				}
			}

			leave := joinGroup(t, c, "order-1", "a")
			r = readUntil(t, o, "a stable group that has committed", func(r Reading) bool {
				return r.Groups["g"].State == "Stable" && r.Groups["g"].Committed["a"][1] == 2
			})
			g := r.Groups["g"]
			if len(g.Members) != 1 || g.Members[0].ClientID != "order-1" || g.Members[0].MemberID == "" || g.Members[0].Host == "" {
				t.Fatalf("members %+v, want order-1", g.Members)
			}
			if owned := slices.Sorted(slices.Values(g.Members[0].Partitions["a"])); !slices.Equal(owned, []int32{0, 1, 2}) {
				t.Errorf("order-1 owns %v, want all three", owned)
			}
			if g.Protocol == "" || (g.Epoch < 0) != (protocol != ConsumerProtocol) {
				t.Errorf("assignor %q, epoch %d", g.Protocol, g.Epoch)
			}
			if _, committed := g.Committed["a"][0]; committed {
				t.Errorf("committed %v: nothing was read from partition 0", g.Committed["a"])
			}

			leave()
			r = readUntil(t, o, "an empty group", func(r Reading) bool { return len(r.Groups["g"].Members) == 0 })
			if got := r.Groups["g"].Committed["a"][1]; got != 2 {
				t.Errorf("committed %d once everybody left, want 2", got)
			}
		})
	}
}

// TestObserverFollowsAGroupThatChangesItsProtocol: its members were stopped and started again with another one. kfake
// does not let a KIP-848 group become a classic one again.
func TestObserverFollowsAGroupThatChangesItsProtocol(t *testing.T) {
	c := openCluster(t, "a")
	o := openObserver(t, c, "a")
	for _, protocol := range []Protocol{Range, CooperativeSticky, ConsumerProtocol} {
		name := "order-" + string(protocol)
		leave := joinGroup(t, reachable(t, c, protocol), name, "a")
		readUntil(t, o, name, func(r Reading) bool {
			m := r.Groups["g"].Members
			return len(m) == 1 && m[0].ClientID == name && len(m[0].Partitions["a"]) == 3
		})
		leave()
		readUntil(t, o, "nobody", func(r Reading) bool { return len(r.Groups["g"].Members) == 0 })
	}
}

// TestObserverReadsBrokersWithoutKIP848: the first released with it is Kafka 3.7.
func TestObserverReadsBrokersWithoutKIP848(t *testing.T) {
	c := openOld(t)
	o := openObserver(t, c, "a")
	for range 3 { // a group that is not there is asked for in another way the next time
		if g := read(t, o).Groups["g"]; g.Err != nil || len(g.Members) > 0 {
			t.Errorf("before anybody joined, g is %+v", g)
		}
	}
	joinGroup(t, c, "order-1", "a")
	readUntil(t, o, "a member", func(r Reading) bool { return len(r.Groups["g"].Members) == 1 })
}

// openOld opens a cluster of Kafka 3.0 with the topic a.
func openOld(t testing.TB) *Cluster {
	t.Helper()
	fake, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(3, testPrefix+"a"), kfake.MaxVersions(kversion.V3_0_0()),
		kfake.ListenFn(guard.Listen(guard.Options{})))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	c, err := Open(context.Background(), Config{Brokers: fake.ListenAddrs(), Protocol: Range, Prefix: testPrefix})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// TestCommitsAreReadBeforeEnds: in the other order a lag could be negative, or too small, by what happens in between.
func TestCommitsAreReadBeforeEnds(t *testing.T) {
	c := openCluster(t, "a")
	client := openClient(t, c)
	produce(t, client, "a", 1, "x")
	c.fake.ControlKey(int16(kmsg.OffsetFetch), func(kmsg.Request) (kmsg.Response, error, bool) {
		c.fake.SleepControl(func() { produce(t, client, "a", 1, "x") })
		return nil, nil, false
	})
	o, err := c.NewObserver([]string{"g"}, []string{"a"})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	for end := int64(2); end < 5; end++ {
		if got := read(t, o).Topics["a"].Partitions[1].End; got != end {
			t.Errorf("end %d, want %d: it was written before the commits were answered", got, end)
		}
	}
}

// TestObserverOutlivesSilentBrokers: what is not answered is an error, and the next reading is tried.
func TestObserverOutlivesSilentBrokers(t *testing.T) {
	c := openCluster(t, "a")
	o := openObserver(t, c, "a")
	read(t, o)
	silent := make(chan struct{})
	c.fake.ControlKey(int16(kmsg.ListOffsets), func(kmsg.Request) (kmsg.Response, error, bool) {
		select {
		case <-silent:
			return nil, nil, false
		default:
			c.fake.KeepControl()
			return nil, nil, true // never answered
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	failed := false
	err := o.Run(ctx, 10*time.Millisecond, func(r Reading, err error) {
		switch whole := err == nil && r.Err() == nil; {
		case !whole && !failed:
			failed = true
			close(silent)
		case whole:
			cancel()
		}
	})
	if err != nil || !failed || !errors.Is(ctx.Err(), context.Canceled) {
		t.Errorf("Run: %v, a reading failed: %v, then one succeeded: %v", err, failed, errors.Is(ctx.Err(), context.Canceled))
	}
}

func TestGroupTimeouts(t *testing.T) {
	c, err := Open(t.Context(), Config{Prefix: testPrefix, SessionTimeout: 4 * time.Second, Heartbeat: 300 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	want := func(session, heartbeat time.Duration) {
		t.Helper()
		s, h, err := c.GroupTimeouts(t.Context(), "g")
		if s != session || h != heartbeat || err != nil {
			t.Errorf("timeouts %v and %v, error %v; want %v and %v", s, h, err, session, heartbeat)
		}
	}
	want(4*time.Second, 300*time.Millisecond)
	c.fake.SetGroupConfigs(testPrefix+"g", map[string]string{"consumer.session.timeout.ms": "9000"})
	want(9*time.Second, 300*time.Millisecond)
}

func TestTimeoutsThatAreNoTime(t *testing.T) {
	if d, err := timeout(nil, map[string]string{}, "consumer.session.timeout.ms"); !errors.Is(err, ErrNoGroupTimeouts) {
		t.Errorf("brokers without the setting: %v, error %v; want ErrNoGroupTimeouts", d, err)
	}
	for _, value := range []string{"soon", "-1", "0", "99999999999"} {
		brokers := map[string]string{"group.consumer.session.timeout.ms": value}
		if d, err := timeout(nil, brokers, "consumer.session.timeout.ms"); err == nil {
			t.Errorf("%q is read as %v", value, d)
		}
	}
}
