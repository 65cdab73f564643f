package kafka

import (
	"cmp"
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"golang.org/x/sync/errgroup"
)

const (
	// commitEvery is how often marked offsets are committed.
	commitEvery = 250 * time.Millisecond
	// handOver bounds how long a revocation waits for the record in hand. Its work takes at most half a second in the
	// lab; a write that hangs must not keep a whole group from rebalancing.
	handOver = 2 * time.Second
	// goodbye bounds each of the last two requests of a member that leaves: its commit and its LeaveGroup.
	goodbye = time.Second
	// retryPause is the pause before unfinished work is tried again.
	retryPause = 250 * time.Millisecond
)

// Member is one member of one consumer group, on a client of its own. It reads from the earliest offset where the group
// has committed nothing, takes its partitions in fair turns, and commits only what its Handler finished.
type Member struct {
	cfg    MemberConfig
	client *kgo.Client
	hole   *blackhole
	lanes  *lanes

	died    context.Context // ended by Crash; it is the client's own context
	die     context.CancelFunc
	failing atomic.Bool
}

// NewMember opens the client of a member, which sets out to join its group at once; what it is given waits for Run. So
// the Watcher may be called before NewMember has returned.
func (c *Cluster) NewMember(cfg MemberConfig) (*Member, error) {
	m := &Member{cfg: cfg, hole: newBlackhole(c.cfg.Dial), lanes: newLanes()}
	m.died, m.die = context.WithCancel(context.Background())
	earliest := kgo.NewOffset().AtStart()
	opts := append(c.producing(),
		kgo.WithContext(m.died),
		kgo.Dialer(m.hole.DialContext),
		kgo.ConsumerGroup(cfg.Group),
		kgo.ConsumeTopics(cfg.Topics...),
		cmp.Or(cfg.Protocol, c.cfg.Protocol).balancer(),
		kgo.SessionTimeout(c.cfg.SessionTimeout),
		kgo.HeartbeatInterval(c.cfg.Heartbeat),
		kgo.ConsumeStartOffset(earliest),
		// kfake answers OffsetForLeaderEpoch wrongly once a leader has moved; with kgo's default reset that would
		// rewind a consumer by thousands of records.
		kgo.ConsumeResetOffset(kgo.NoResetOffset()),
		// Only what the handler finished is committed, and soon: with kgo's defaults the lag would move every 5 s.
		kgo.AutoCommitMarks(),
		kgo.AutoCommitInterval(commitEvery),
		// A poll and a rebalance exclude each other for the moment it takes to queue what was polled, so that no record
		// of an earlier assignment enters the lane of a later one.
		kgo.BlockRebalanceOnPoll(),
		kgo.OnPartitionsAssigned(m.assigned),
		kgo.OnPartitionsRevoked(m.revoked),
		kgo.OnPartitionsLost(m.lost),
		// A broker answers a client's fetches one by one: kgo's default of 5 s would hold up a partition that has just
		// been assigned, or resumed, for as long as another one has nothing new.
		kgo.FetchMaxWait(cmp.Or(cfg.Patience, 500*time.Millisecond)),
		kgo.FetchMaxPartitionBytes(1<<20),
	)
	client, err := c.newClient(cfg.ClientID, opts...)
	if err != nil {
		m.die()
		return nil, err
	}
	m.client = client
	return m, nil
}

// Run joins the group and works until ctx ends or Crash is called, and returns when everything it started has ended.
// When ctx ends the member leaves politely: it finishes the batch in hand, commits, and says goodbye to the group. Run
// is called once.
func (m *Member) Run(ctx context.Context) error {
	defer m.die()
	// Work outlives ctx, so that the batch in hand is finished; it does not outlive the member's death.
	work, stopWork := context.WithCancel(m.died)
	defer stopWork()
	polling, stopPolling := context.WithCancel(m.died)
	defer stopPolling()

	workers, done := &errgroup.Group{}, make(chan struct{})
	workers.Go(func() error { defer close(done); m.work(work); return nil })
	workers.Go(func() error { m.poll(polling); return nil })

	select {
	case <-m.died.Done():
	case <-ctx.Done():
		m.lanes.close()
		select {
		case <-done:
		case <-m.died.Done():
		case <-time.After(handOver):
		}
	}
	stopWork()
	stopPolling()
	m.lanes.close()
	err := workers.Wait()
	return errors.Join(err, m.leave())
}

// leave commits what is marked, leaves the group and closes the client. After a crash neither reaches the broker.
func (m *Member) leave() error {
	var err error
	if m.died.Err() == nil {
		ctx, cancel := context.WithTimeout(m.died, goodbye)
		err = m.client.CommitMarkedOffsets(ctx)
		cancel()
		m.client.AllowRebalance()
		ctx, cancel = context.WithTimeout(m.died, goodbye)
		err = errors.Join(err, m.client.LeaveGroupContext(ctx))
		cancel()
	}
	m.die()
	m.client.CloseAllowingRebalance()
	return err
}

// Crash ends the member like a machine that lost power: its connections go silent, nothing is committed and nobody is
// told. It returns at once; Run returns soon after. The brokers keep believing in the member until its session times
// out. Release frees the silent connections.
func (m *Member) Crash() {
	m.hole.Cut()
	m.die()
}

// Release closes the connections that Crash left open. It is for when the brokers have given the member up, or are about
// to be closed themselves.
func (m *Member) Release() { m.hole.Release() }

// ID is the member id that the group knows it by, and the generation or epoch it is in; empty before it joined.
func (m *Member) ID() (member string, generation int32) { return m.client.GroupMetadata() }

// Owned lists the partitions that the member reads.
func (m *Member) Owned() []TopicPartition { return m.lanes.owned() }

// poll moves what kgo fetched into the lanes.
func (m *Member) poll(ctx context.Context) {
	for {
		fetches := m.client.PollFetches(ctx)
		if ctx.Err() != nil || fetches.IsClientClosed() {
			// Also a poll that returns only an error holds rebalances back.
			m.client.AllowRebalance()
			return
		}
		fetches.EachError(func(_ string, _ int32, err error) { m.report(err) })
		pause := map[string][]int32{}
		fetches.EachPartition(func(p kgo.FetchTopicPartition) {
			if m.lanes.put(TopicPartition{p.Topic, p.Partition}, p.Records) {
				pause[p.Topic] = append(pause[p.Topic], p.Partition)
			}
		})
		if len(pause) > 0 {
			m.client.PauseFetchPartitions(pause)
		}
		m.client.AllowRebalance()
	}
}

// work gives the handler one batch after the other until the lanes are closed or ctx ends.
func (m *Member) work(ctx context.Context) {
	for ctx.Err() == nil {
		b, ok := m.lanes.take(max(1, m.cfg.Batch()))
		if !ok {
			if m.lanes.isClosed() {
				return
			}
			select {
			case <-ctx.Done():
				return
			case <-m.lanes.wake:
			}
			continue
		}
		if !m.turn(ctx, b) {
			return
		}
	}
}

// turn has the handler work on one batch and marks what it finished. It returns false when the member has died.
func (m *Member) turn(ctx context.Context, b batch) bool {
	m.cfg.Watch.Begun(time.Now(), b.records)
	n, err := m.cfg.Handler.Handle(ctx, writer{m.client}, b.records)
	resume := m.lanes.finish(b, n, func(last *Record) { m.client.MarkCommitRecords(last) })
	if resume {
		m.client.ResumeFetchPartitions(map[string][]int32{b.lane.tp.Topic: {b.lane.tp.Partition}})
	}
	if m.died.Err() != nil {
		return false
	}
	m.report(err)
	if err == nil {
		return true
	}
	select {
	case <-ctx.Done():
		return false
	case <-time.After(retryPause):
		return true
	}
}

// report tells the watcher of a failure, and once when it is over.
func (m *Member) report(err error) {
	if m.died.Err() != nil {
		return
	}
	if failed := err != nil; m.failing.Swap(failed) || failed {
		m.cfg.Watch.Failing(err)
	}
}

// assigned opens lanes. kgo calls it with what is new, often with nothing.
func (m *Member) assigned(_ context.Context, client *kgo.Client, topics map[string][]int32) {
	tps := flatten(topics)
	for _, tp := range tps {
		m.lanes.add(tp)
	}
	// The first assignment may come before NewMember has returned: m.client is not for callbacks.
	id, generation := client.GroupMetadata()
	m.cfg.Watch.Assigned(Assignment{time.Now(), tps, id, generation})
}

// revoked hands partitions over: it drops what is queued, waits for the batch in hand, and commits what is finished, so
// that the next reader begins exactly where this one ended.
func (m *Member) revoked(ctx context.Context, client *kgo.Client, topics map[string][]int32) {
	m.release(ctx, client, topics, false)
}

// lost is revoked without the right to commit: the group has given the partitions away already.
func (m *Member) lost(ctx context.Context, client *kgo.Client, topics map[string][]int32) {
	m.release(ctx, client, topics, true)
}

func (m *Member) release(ctx context.Context, client *kgo.Client, topics map[string][]int32, lost bool) {
	tps := flatten(topics)
	if len(tps) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, handOver)
	defer cancel()
	gone := make([]*lane, 0, len(tps))
	waits := make([]<-chan struct{}, 0, len(tps))
	for _, tp := range tps {
		if l, busy := m.lanes.remove(tp); l != nil {
			gone = append(gone, l)
			if busy != nil {
				waits = append(waits, busy)
			}
		}
	}
	for _, busy := range waits {
		select {
		case <-busy:
		case <-ctx.Done():
		}
	}
	for _, l := range gone {
		m.lanes.abandon(l)
	}
	if !lost {
		if err := client.CommitMarkedOffsets(ctx); err != nil {
			m.report(err)
		}
	}
	client.ResumeFetchPartitions(topics)
	if m.died.Err() == nil {
		m.cfg.Watch.Released(time.Now(), tps, lost)
	}
}

func flatten(topics map[string][]int32) []TopicPartition {
	var tps []TopicPartition
	for topic, partitions := range topics {
		for _, p := range partitions {
			tps = append(tps, TopicPartition{topic, p})
		}
	}
	return tps
}
