package kafka

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"golang.org/x/sync/errgroup"
)

const (
	// handOver bounds how long a revocation or a leave waits for the record in hand before it interrupts the work on it: a
	// write that hangs must not keep a whole group from rebalancing.
	handOver = 2 * time.Second
	// goodbye bounds a commit, and the LeaveGroup of a member that leaves.
	goodbye = time.Second
	// retryPause is the pause before unfinished work is tried again.
	retryPause = 250 * time.Millisecond
	// never is longer than any lab runs.
	never = 1000 * time.Hour
)

// Member is one member of one consumer group, on a client of its own. It reads from the earliest offset where the group
// has committed nothing, takes its partitions in fair turns, and commits only what its Handler finished.
type Member struct {
	cfg    MemberConfig
	names  namespace
	client *kgo.Client   // for callbacks of it: once ready is closed
	ready  chan struct{} // closed when the client has been opened: it may call back before
	hole   *blackhole
	lanes  *lanes
	keeper keeper

	protocol Protocol
	session  time.Duration // after which the brokers give a silent member of a classic group up
	sessions *sync.Map     // that of KIP-848 groups: see Cluster.sessions
	implicit bool          // the brokers begin transactions by themselves
	meters   *meters
	// transactionalID is the name under which the brokers fence an earlier life of the same instance.
	transactionalID string

	died     context.Context // ended by Crash; it is the client's own context
	die      context.CancelFunc
	fatal    atomic.Pointer[FatalError] // why it ended itself
	lastHand atomic.Pointer[[]Span]     // what it had in hand when it crashed; nil before
	failures failures
	commits  sync.WaitGroup // those that were not waited for
}

// NewMember opens the client of a member, which sets out to join its group at once; what it is given waits for Run. So
// the Watcher may be called before NewMember has returned.
func (c *Cluster) NewMember(cfg MemberConfig) (*Member, error) {
	if err := c.writable(); err != nil {
		return nil, err
	}
	m := &Member{
		cfg: cfg, names: c.names, hole: newBlackhole(c.cfg.Dial), failures: failures{tell: cfg.Watch.Failing},
		ready: make(chan struct{}), implicit: c.implicitTransactions,
		protocol: cmp.Or(cfg.Protocol, c.cfg.Protocol), session: c.cfg.SessionTimeout, sessions: &c.sessions,
		meters:          c.meters,
		transactionalID: c.transactionalID(cfg.Group, cfg.ClientID),
	}
	m.keeper = m.newKeeper()
	m.lanes = newLanes(
		func(tp TopicPartition) { m.client.PauseFetchPartitions(m.names.one(tp)) },
		func(tp TopicPartition) { m.client.ResumeFetchPartitions(m.names.one(tp)) })
	m.died, m.die = context.WithCancel(context.Background())
	earliest := kgo.NewOffset().AtStart()
	opts := append(c.producing(),
		kgo.WithContext(m.died),
		kgo.WithHooks(hearsMember{m}),
		kgo.Dialer(c.cfg.Security.over(m.hole.DialContext)),
		kgo.ConsumerGroup(c.names.full(cfg.Group)),
		kgo.ConsumeTopics(c.names.fulls(cfg.Topics)...),
		m.protocol.balancer(),
		kgo.SessionTimeout(c.cfg.SessionTimeout),
		kgo.HeartbeatInterval(c.cfg.Heartbeat),
		kgo.ConsumeStartOffset(earliest),
		// kfake answers OffsetForLeaderEpoch wrongly once a leader has moved; with kgo's default reset that would
		// rewind a consumer by thousands of records.
		kgo.ConsumeResetOffset(kgo.NoResetOffset()),
		// Only what the handler finished is committed, by the member itself: kgo's own interval cannot change.
		kgo.AutoCommitMarks(),
		kgo.AutoCommitInterval(never),
		// What was written in a transaction counts once that is committed. Markers are kept, so that the member can commit
		// past them: otherwise a partition that ends with one would never be read to its end.
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.KeepControlRecords(),
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
	if cfg.Guarantee == ExactlyOnce {
		opts = append(opts, m.transactional(c)...)
	}
	client, err := c.newClient(cfg.ClientID, opts...)
	if err != nil {
		m.die()
		return nil, err
	}
	m.client = client
	close(m.ready)
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
	workers.Go(func() error { m.commitLoop(work); return nil })

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
	return errors.Join(err, m.leave(), m.fatalError())
}

// Crash ends the member like a machine that lost power: its connections go silent, nothing is committed and nobody is
// told. It returns at once; Run returns soon after. The brokers keep believing in the member until its session times
// out. Release frees the silent connections.
func (m *Member) Crash() {
	m.hole.Cut()
	inHand := m.InHand()
	m.lastHand.CompareAndSwap(nil, &inHand)
	m.die()
}

// Release closes the connections that Crash left open. It is for when the brokers have given the member up, or are about
// to be closed themselves.
func (m *Member) Release() { m.hole.Release() }

// ID is the member id that the group knows it by, and the generation or epoch it is in; empty before it joined.
func (m *Member) ID() (member string, generation int32) { return m.client.GroupMetadata() }

// InHand are the records that the member works on at this moment, those that it committed and has not finished, and those
// that it finished in a transaction that is open. Of a member that crashed it is what it had in hand as it did.
func (m *Member) InHand() []Span {
	if m.died.Err() != nil {
		if spans := m.lastHand.Load(); spans != nil {
			return *spans
		}
		return nil
	}
	return append(m.lanes.inHand(), m.keeper.open()...)
}

// Partitions are those that the member reads at this moment; a dead member reads none.
func (m *Member) Partitions() []TopicPartition {
	if m.died.Err() != nil {
		return nil
	}
	return m.lanes.owned()
}

// work gives the handler one batch after the other until the lanes are closed or ctx ends.
func (m *Member) work(ctx context.Context) {
	if m.cfg.Guarantee == ExactlyOnce {
		// Asking for the producer id ends the transaction that an earlier life left open. If it fails, so will the first
		// transaction, and that is told.
		_, _, _ = m.client.ProducerID(ctx)
	}
	for ctx.Err() == nil {
		b, rest, ok := m.lanes.take(ctx, max(1, m.cfg.Batch()))
		if ok {
			m.turn(ctx, b)
			continue
		}
		if m.lanes.isClosed() {
			return
		}
		m.rest(ctx, rest)
	}
}

// rest waits for something to do, and for d at most unless d is 0.
func (m *Member) rest(ctx context.Context, d time.Duration) {
	var over <-chan time.Time
	if d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-ctx.Done():
	case <-m.lanes.wake:
	case <-over:
	}
}

// turn has the handler work on one batch, and its keeper commit what it finished, sooner or later.
func (m *Member) turn(ctx context.Context, b batch) {
	data := dataOf(b.records)
	if err := m.keeper.begin(b.ctx, b); err != nil {
		interrupted := b.ctx.Err() != nil
		m.lanes.finish(b, 0, 0, nil)
		m.failed(ctx, b, err, interrupted)
		return
	}
	n, err := 0, error(nil)
	if len(data) > 0 {
		m.cfg.Watch.Begun(time.Now(), data)
		n, err = m.cfg.Handler.Handle(b.ctx, m.keeper.writer(b), data)
	}
	if n > 0 && m.cfg.Guarantee != AtMostOnce {
		m.between(data[:n])
	}
	interrupted := b.ctx.Err() != nil
	m.keeper.finish(b, finishedOf(b.records, n), err)
	m.failed(ctx, b, err, interrupted)
}

// failed says how the work on a batch went, err being nil when it went well.
func (m *Member) failed(ctx context.Context, b batch, err error, interrupted bool) {
	var fatal *FatalError
	if errors.As(err, &fatal) {
		m.fatal.CompareAndSwap(nil, fatal)
		m.Crash()
		return
	}
	if interrupted || isLater(err) || errors.Is(err, errOvertaken) {
		// That is no failure: what is left is somebody else's, or waits for its time.
		err = nil
	}
	m.report(fmt.Sprint("work on ", b.lane.tp), err)
	if err != nil {
		_ = pause(ctx, retryPause) // work sees that ctx ended
	}
}

// fatalError is why the member ended itself; nil when it did not.
func (m *Member) fatalError() error {
	f := m.fatal.Load()
	if f == nil {
		return nil // not f: a nil *FatalError is no nil error
	}
	return f
}

// report tells the watcher of failures and of their end; a dead member tells nothing.
func (m *Member) report(what string, err error) {
	if m.died.Err() == nil {
		m.failures.report(what, inWords(err))
	}
}
