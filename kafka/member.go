package kafka

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"golang.org/x/sync/errgroup"
)

const (
	// commitEvery is how often marked offsets are committed.
	commitEvery = 250 * time.Millisecond
	// handOver bounds how long a revocation or a leave waits for the record in hand before it interrupts the work on it: a
	// write that hangs must not keep a whole group from rebalancing.
	handOver = 2 * time.Second
	// goodbye bounds a commit, and the LeaveGroup of a member that leaves.
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

	died     context.Context // ended by Crash; it is the client's own context
	die      context.CancelFunc
	failures failures
	commits  sync.WaitGroup // those that were not waited for
}

// NewMember opens the client of a member, which sets out to join its group at once; what it is given waits for Run. So
// the Watcher may be called before NewMember has returned.
func (c *Cluster) NewMember(cfg MemberConfig) (*Member, error) {
	m := &Member{cfg: cfg, hole: newBlackhole(c.cfg.Dial), failures: failures{tell: cfg.Watch.Failing}}
	m.lanes = newLanes(
		func(tp TopicPartition) { m.client.PauseFetchPartitions(map[string][]int32{tp.Topic: {tp.Partition}}) },
		func(tp TopicPartition) { m.client.ResumeFetchPartitions(map[string][]int32{tp.Topic: {tp.Partition}}) })
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
		kgo.AutoCommitCallback(m.committed),
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

// Run works on what the group gives, until ctx ends or Crash is called, and returns when everything has ended.
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
	// Only the end of the client's context ends a LeaveGroup that nobody answers.
	late := time.AfterFunc(2*goodbye, m.die)
	var err error
	if m.died.Err() == nil {
		err = m.commit(m.died, m.client)
	}
	m.client.CloseAllowingRebalance()
	if !late.Stop() && !m.hole.isCut() {
		err = errors.Join(err, fmt.Errorf("%s was not heard when it left %s: Kafka will miss it after its session timeout", m.cfg.ClientID, m.cfg.Group))
	}
	m.die()
	m.commits.Wait()
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

// work gives the handler one batch after the other until the lanes are closed or ctx ends.
func (m *Member) work(ctx context.Context) {
	for ctx.Err() == nil {
		if b, ok := m.lanes.take(ctx, max(1, m.cfg.Batch())); ok {
			m.turn(ctx, b)
			continue
		}
		if m.lanes.isClosed() {
			return
		}
		select {
		case <-ctx.Done():
		case <-m.lanes.wake:
		}
	}
}

// turn has the handler work on one batch and marks what it finished.
func (m *Member) turn(ctx context.Context, b batch) {
	m.cfg.Watch.Begun(time.Now(), b.records)
	n, err := m.cfg.Handler.Handle(b.ctx, writer{m.client}, b.records)
	if b.ctx.Err() != nil {
		// It was interrupted: that is no failure, and what is left is somebody else's.
		err = nil
	}
	m.lanes.finish(b, n, func(last *Record) { m.client.MarkCommitRecords(last) })
	m.report(fmt.Sprint("work on ", b.lane.tp), err)
	if err != nil {
		_ = pause(ctx, retryPause) // work sees that ctx ended
	}
}

// report tells the watcher of failures and of their end; a dead member tells nothing.
func (m *Member) report(what string, err error) {
	if m.died.Err() == nil {
		m.failures.report(what, err)
	}
}
