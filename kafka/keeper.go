package kafka

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"

	"blackfriday/kafka/phrase"
)

// keeper keeps a member's promise: it decides when what is finished is committed.
type keeper interface {
	// begin is called before the work on a batch. With an error the batch is not worked on.
	begin(ctx context.Context, b batch) error
	// finish is called after it: the first n records of the batch are finished, and err is why not all are.
	finish(b batch, n int, err error)
	// settle commits what is finished. It is called at every commit interval, and before partitions are handed over.
	settle(ctx context.Context) error
	// spoil forbids committing what was not committed so far: partitions of it are somebody else's by now.
	spoil()
	// writer is what the handler writes for a batch with.
	writer(b batch) Writer
	// open are records that are in hand in a way of their own: finished in a transaction that is open, or committed and
	// not finished.
	open() []Span
}

// newKeeper is the keeper of a member's guarantee.
func (m *Member) newKeeper() keeper {
	switch m.cfg.Guarantee {
	case AtMostOnce:
		return &commitFirst{m: m, owed: map[*lane]debt{}}
	case ExactlyOnce:
		return newTransactions(m)
	default:
		return &commitMarks{m: m, busy: make(chan struct{}, 1)}
	}
}

// commitMarks is at-least-once: records are marked once they are finished, and marks are committed now and then.
type commitMarks struct {
	m     *Member
	dirty atomic.Bool   // something was marked that no commit was sent for
	busy  chan struct{} // held while a commit is under way, so that nobody takes it for done
}

func (k *commitMarks) begin(context.Context, batch) error { return nil }

func (k *commitMarks) finish(b batch, n int, err error) {
	k.m.lanes.finish(b, n, delayOf(err), func(done []*Record) {
		k.m.marked(done)
		k.m.client.MarkCommitRecords(k.m.names.outward(done[len(done)-1]))
		k.dirty.Store(true)
	})
}

// settle commits what is marked. kgo waits for the commit before this one whatever the context says; settle does not.
func (k *commitMarks) settle(ctx context.Context) error {
	select {
	case k.busy <- struct{}{}:
	case <-ctx.Done():
		return k.m.commitError(ctx.Err())
	}
	if !k.dirty.Swap(false) {
		<-k.busy
		return nil
	}
	return k.m.commitError(k.m.await(ctx, func(ctx context.Context) error {
		defer func() { <-k.busy }()
		err := k.m.timed(func() error { return k.m.client.CommitMarkedOffsets(ctx) })
		if err != nil {
			k.dirty.Store(true)
		}
		return err
	}))
}

func (k *commitMarks) writer(batch) Writer { return writer{client: k.m.client, names: k.m.names} }
func (k *commitMarks) spoil()              {}
func (k *commitMarks) open() []Span        { return nil }

// commitFirst is at-most-once: records are committed before the work on them begins.
type commitFirst struct {
	m *Member

	mu   sync.Mutex
	owed map[*lane]debt
}

// debt is what of a lane was committed, or may have been, and is not finished.
type debt struct {
	span Span
	sure bool // that it was committed
}

func (k *commitFirst) begin(ctx context.Context, b batch) error {
	span := spanOf(b.records)
	if owed := k.owes(b.lane); owed.sure && owed.span.Next >= span.Next {
		// It is the rest of what was committed before.
		return nil
	}
	k.m.marked(b.records)
	k.owe(b.lane, debt{span: span})
	ctx, cancel := context.WithTimeout(ctx, k.m.commitPatience())
	defer cancel()
	err := k.m.await(ctx, func(ctx context.Context) error {
		last := k.m.names.outward(b.records[len(b.records)-1])
		return k.m.timed(func() error { return k.m.client.CommitRecords(ctx, last) })
	})
	if err != nil {
		return k.m.commitError(err)
	}
	k.owe(b.lane, debt{span, true})
	k.m.between(dataOf(b.records))
	return nil
}

func (k *commitFirst) owes(l *lane) debt {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.owed[l]
}

func (k *commitFirst) owe(l *lane, d debt) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.owed[l] = d
}

// finish gives up what failed: it may have had its effect, and must not have it twice.
func (k *commitFirst) finish(b batch, n int, err error) {
	if err != nil && !isLater(err) {
		n = len(b.records)
	}
	k.m.lanes.finish(b, n, delayOf(err), func([]*Record) {})
	k.mu.Lock()
	defer k.mu.Unlock()
	d := k.owed[b.lane]
	if n == len(b.records) {
		delete(k.owed, b.lane)
		return
	}
	d.span.First = b.records[n].Offset
	k.owed[b.lane] = d
}

func (k *commitFirst) open() []Span {
	k.mu.Lock()
	defer k.mu.Unlock()
	var spans []Span
	for l, d := range k.owed {
		if !k.m.lanes.stands(l) {
			delete(k.owed, l)
			continue
		}
		spans = append(spans, d.span)
	}
	return spans
}

func (k *commitFirst) writer(batch) Writer          { return writer{client: k.m.client, names: k.m.names} }
func (k *commitFirst) settle(context.Context) error { return nil }
func (k *commitFirst) spoil()                       {}

// await waits for a commit, at most until ctx ends. The commit itself goes on: one that is cut short may reach the group
// after the next one, and take it back.
func (m *Member) await(ctx context.Context, commit func(ctx context.Context) error) error {
	done := make(chan error, 1)
	m.commits.Go(func() {
		ctx, cancel := context.WithTimeout(m.died, m.commitPatience())
		defer cancel()
		done <- commit(ctx)
	})
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// timed measures a commit. Only one that was acknowledged says how long commits take.
func (m *Member) timed(commit func() error) error {
	began := time.Now()
	err := commit()
	if err == nil {
		m.meters.committed(m.cfg.Group, time.Since(began))
	}
	return err
}

// marked tells of records that are about to be committed.
func (m *Member) marked(records []*Record) {
	if m.cfg.Marked == nil {
		return
	}
	// Each run by itself: what retention deleted in between was never in this member's hands.
	first := 0
	for i := range records {
		if i+1 == len(records) || records[i+1].Offset != records[i].Offset+1 {
			m.cfg.Marked(spanOf(records[first : i+1]))
			first = i + 1
		}
	}
}

// between is the point between effect and commit.
func (m *Member) between(records []*Record) {
	if m.cfg.Between != nil && len(records) > 0 {
		m.cfg.Between(records)
	}
}

// commitError says whose commit failed.
func (m *Member) commitError(err error) error {
	if err == nil {
		return nil
	}
	return phrase.Errorf("commit the offsets of %s as %s: %w", m.cfg.Group, m.cfg.ClientID, err)
}

// commitStep is how soon a changed commit interval counts.
const commitStep = 250 * time.Millisecond

// commitInterval is how often the member commits now.
func (m *Member) commitInterval() time.Duration {
	every := DefaultCommitInterval
	if m.cfg.CommitEvery != nil {
		every = min(max(m.cfg.CommitEvery(), MinCommitInterval), MaxCommitInterval)
	}
	if m.cfg.Guarantee == ExactlyOnce {
		// A transaction that is open for longer than its timeout is aborted by the brokers.
		every = min(every, m.session/3)
	}
	return every
}

// commitLoop commits at every commit interval until ctx ends.
func (m *Member) commitLoop(ctx context.Context) {
	last := time.Now()
	for {
		due := m.commitInterval() - time.Since(last)
		if pause(ctx, min(max(due, 0), commitStep)) != nil {
			return
		}
		if time.Since(last) < m.commitInterval() {
			continue
		}
		last = time.Now()
		m.settleInTime(ctx)
	}
}

// commitPatience is how long a commit may take. A group that waits for a dead member to rejoin takes none.
func (m *Member) commitPatience() time.Duration { return m.session + goodbye }

func (m *Member) settleInTime(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, m.commitPatience())
	defer cancel()
	m.reportCommit(m.keeper.settle(ctx))
}

// reportCommit tells of a commit that failed, or that it goes well again.
func (m *Member) reportCommit(err error) {
	// A commit that a rebalance overtook is made again, or by the next reader.
	if errors.Is(err, context.Canceled) || errors.Is(err, kerr.RebalanceInProgress) {
		return
	}
	m.report("commit", err)
}
