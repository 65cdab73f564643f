package kafka

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// endPatience bounds the end of one transaction: one that is cut short has an unknown outcome.
const endPatience = 5 * time.Second

// errSpoiled is why a transaction is given up that could have been committed.
var errSpoiled = errors.New("not all of its work may be committed")

// transactions is exactly-once: what is written for records and the commit of the records are one transaction, which
// lasts for a commit interval (KIP-98); the group refuses the commit of a member that lost its partitions (KIP-447).
type transactions struct {
	m *Member
	// busy is held from the beginning of a batch to its end, and while a transaction ends. It is a channel so that waiting
	// for it can be given up.
	busy chan struct{}
	// wrote: something was written in the transaction, so that it exists for the brokers. spoiled: it must not be committed.
	wrote, spoiled atomic.Bool
	// hands are the spans of done, for whoever asks.
	hands atomic.Pointer[[]Span]

	// The rest is for whoever holds busy.
	begun  bool
	unsure bool    // whether done was committed is not known
	done   []batch // what was finished in it, in this order
}

func newTransactions(m *Member) *transactions {
	return &transactions{m: m, busy: make(chan struct{}, 1)}
}

// lock waits until no batch is in hand, at most until ctx ends.
func (k *transactions) lock(ctx context.Context) error {
	select {
	case k.busy <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (k *transactions) unlock() { <-k.busy }

// writer notes that the transaction has begun for the brokers.
func (k *transactions) writer() Writer { return &transactionWriter{writer{k.m.client}, &k.wrote} }

type transactionWriter struct {
	writer
	wrote *atomic.Bool
}

// Write implements Writer: the records count once the transaction is committed.
func (w *transactionWriter) Write(ctx context.Context, records ...*Record) []error {
	w.wrote.Store(true)
	return w.writer.Write(ctx, records...)
}

func (k *transactions) begin(ctx context.Context, _ batch) error {
	if err := k.lock(ctx); err != nil {
		return err
	}
	if k.begun {
		return nil
	}
	k.spoiled.Store(false)
	if err := k.m.client.BeginTransaction(); err != nil {
		k.unlock()
		// Another producer has taken the transactional id, or the brokers have given this one up: a new client is needed.
		return &FatalError{fmt.Errorf("begin a transaction as %s: %w", k.m.transactionalID(), err)}
	}
	k.begun = true
	return nil
}

func (k *transactions) finish(b batch, n int, err error) {
	defer k.unlock()
	if n < len(b.records) && err != nil && !isLater(err) {
		// Of the rest, some may have been written.
		k.spoil()
	}
	mine := n == 0
	k.m.lanes.finish(b, n, delayOf(err), func(done []*Record) {
		mine = true
		k.m.marked(spanOf(done))
		k.done = append(k.done, batch{lane: b.lane, records: done})
	})
	if !mine {
		k.spoil()
	}
	k.show()
}

func (k *transactions) spoil() { k.spoiled.Store(true) }

func (k *transactions) open() []Span {
	if spans := k.hands.Load(); spans != nil {
		return *spans
	}
	return nil
}

// show publishes the spans of what is done.
func (k *transactions) show() {
	spans := make([]Span, len(k.done))
	for i, b := range k.done {
		spans[i] = spanOf(b.records)
	}
	k.hands.Store(&spans)
}

// settle ends the transaction: with a commit, or else its records return to their lanes.
func (k *transactions) settle(ctx context.Context) error {
	if err := k.lock(ctx); err != nil {
		return k.m.commitError(err)
	}
	defer k.unlock()
	if len(k.done) == 0 && !k.wrote.Load() {
		return nil
	}
	// Not ctx: an end that is cut short has an unknown outcome.
	ctx, cancel := context.WithTimeout(k.m.died, endPatience)
	defer cancel()
	if !k.wrote.Load() {
		return k.m.commitError(k.commitPlain(ctx))
	}
	err := k.commit(ctx)
	if err == nil {
		k.over()
		return nil
	}
	return k.m.commitError(errors.Join(err, k.abort(ctx)))
}

// over forgets the transaction.
func (k *transactions) over() {
	k.begun, k.unsure, k.done = false, false, nil
	k.wrote.Store(false)
	k.show()
}

// commitPlain commits offsets of records for which nothing was written, such as transaction markers.
func (k *transactions) commitPlain(ctx context.Context) error {
	err := k.m.commitOffsets(ctx, k.offsets())
	if err == nil {
		k.done = nil
		k.show()
	}
	return err
}

// commit commits the offsets and ends the transaction.
func (k *transactions) commit(ctx context.Context) error {
	if k.spoiled.Load() || k.unsure {
		return errSpoiled
	}
	if err := k.m.client.Flush(ctx); err != nil {
		return err
	}
	if err := k.m.commitTransactionOffsets(ctx, k.offsets(), k.spoiled.Load); err != nil {
		return err
	}
	if err := k.m.client.EndTransaction(ctx, kgo.TryCommit); err != nil {
		k.unsure = true
		return fmt.Errorf("end the transaction: %w", err)
	}
	return nil
}

// abort takes everything back that was written, and gives the records back to their lanes. While that does not work, the
// transaction stays spoiled, and the next settle tries again.
func (k *transactions) abort(ctx context.Context) error {
	k.spoil()
	if err := k.m.client.AbortBufferedRecords(ctx); err != nil {
		return fmt.Errorf("abort the transaction: %w", err)
	}
	if err := k.m.client.EndTransaction(ctx, kgo.TryAbort); err != nil {
		return fmt.Errorf("abort the transaction: %w", err)
	}
	if k.unsure {
		committed, err := k.m.committedOffsets(ctx)
		if err != nil {
			return fmt.Errorf("look up whether the transaction was committed: %w", err)
		}
		k.drop(committed)
	}
	done := k.done
	k.over()
	k.m.lanes.giveBack(done)
	return nil
}

// drop forgets what was committed after all.
func (k *transactions) drop(committed map[TopicPartition]int64) {
	k.done = slices.DeleteFunc(k.done, func(b batch) bool {
		return spanOf(b.records).Next <= committed[b.lane.tp]
	})
}

// offsets are where reading is to go on after the transaction.
func (k *transactions) offsets() map[TopicPartition]kgo.EpochOffset {
	offsets := map[TopicPartition]kgo.EpochOffset{}
	for _, b := range k.done {
		last := b.records[len(b.records)-1]
		offsets[b.lane.tp] = kgo.EpochOffset{Epoch: last.LeaderEpoch, Offset: last.Offset + 1}
	}
	return offsets
}
