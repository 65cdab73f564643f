package kafka

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"blackfriday/kafka/phrase"
)

// endPatience bounds the end of one transaction: one that is cut short has an unknown outcome.
const endPatience = 5 * time.Second

var (
	// errSpoiled is why a transaction is given up that could have been committed.
	errSpoiled = phrase.Errorf("not all of its work may be committed")
	// errOvertaken is why nothing may be written for a batch: what stands before it is to be worked on again, or its
	// partition belongs to somebody else.
	errOvertaken = phrase.Errorf("a transaction that was aborted goes before")
)

// transactions is exactly-once: what is written for records and the commit of the records are one transaction, which
// lasts for a commit interval (KIP-98); the group refuses the commit of a member that lost its partitions (KIP-447).
//
// A transaction begins with the first write, not with the work before it: work may take longer than the brokers leave a
// transaction open. So a transaction may end while a batch is in hand for which nothing was written yet. If it is aborted,
// and what it did in the same lane goes back there, that batch is overtaken: it is neither written for nor finished, and
// goes back too, behind.
type transactions struct {
	m *Member
	// busy is held from the first write for a batch to its end, and while a transaction ends. It is a channel so that
	// waiting for it can be given up.
	busy chan struct{}
	// doomed: what was not committed so far must not be.
	doomed atomic.Bool
	// hands are the spans of done, for whoever asks.
	hands atomic.Pointer[[]Span]

	holding bool // the batch in hand holds busy; for the worker alone

	// The rest is for whoever holds busy.
	begun  bool    // something was, or will at once be, written in the transaction
	unsure bool    // whether done was committed is not known
	done   []batch // what was finished and is not committed: one batch for each lane
}

func newTransactions(m *Member) *transactions {
	return &transactions{m: m, busy: make(chan struct{}, 1)}
}

// lock waits for its turn, at most until ctx ends.
func (k *transactions) lock(ctx context.Context) error {
	select {
	case k.busy <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (k *transactions) unlock() { <-k.busy }

func (k *transactions) begin(context.Context, batch) error { return nil }

// writer writes for one batch. Its records count once the transaction is committed.
func (k *transactions) writer(b batch) Writer {
	return &transactionWriter{writer{client: k.m.client, names: k.m.names}, k, b}
}

type transactionWriter struct {
	writer
	keeper *transactions
	batch  batch
}

// Write implements Writer.
func (w *transactionWriter) Write(ctx context.Context, records ...*Record) []error {
	if err := w.keeper.enter(ctx, w.batch); err != nil {
		return slices.Repeat([]error{err}, len(records))
	}
	return w.writer.Write(ctx, records...)
}

// enter makes a batch part of the transaction, beginning one if need be.
func (k *transactions) enter(ctx context.Context, b batch) error {
	if k.holding {
		return nil
	}
	if err := k.lock(ctx); err != nil {
		return err
	}
	if err := k.join(b); err != nil {
		k.unlock()
		return err
	}
	k.holding = true
	return nil
}

func (k *transactions) join(b batch) error {
	if k.doomed.Load() {
		if err := k.end(); err != nil {
			return err
		}
	}
	if !k.m.lanes.stands(b.lane) {
		return errOvertaken
	}
	if k.begun {
		return nil
	}
	if err := k.m.client.BeginTransaction(); err != nil {
		// Another producer has taken the transactional id, or the brokers have given this one up: a new client is needed.
		return &FatalError{phrase.Errorf("begin a transaction as %s: %w", k.m.transactionalID, err)}
	}
	k.begun = true
	return nil
}

func (k *transactions) finish(b batch, n int, err error) {
	wrote := k.holding
	if !wrote && k.lock(k.m.died) != nil {
		k.m.lanes.finish(b, 0, 0, nil)
		return
	}
	defer k.unlock()
	k.holding = false
	if wrote && n < len(b.records) && err != nil && !isLater(err) {
		// Of the rest, some may have been written.
		k.spoil()
	}
	taken := n == 0
	k.m.lanes.finish(b, n, delayOf(err), func(done []*Record) {
		taken = true
		k.m.marked(done)
		k.add(b.lane, done)
	})
	if wrote && !taken {
		k.spoil()
	}
	k.show()
}

// add notes that records of a lane are finished.
func (k *transactions) add(l *lane, done []*Record) {
	if i := slices.IndexFunc(k.done, func(b batch) bool { return b.lane == l }); i >= 0 {
		k.done[i].records = append(k.done[i].records, done...)
		return
	}
	k.done = append(k.done, batch{lane: l, records: slices.Clone(done)})
}

func (k *transactions) spoil() { k.doomed.Store(true) }

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
	return k.m.commitError(k.end())
}

// end ends the transaction. It does not ask for a context: an end that is cut short has an unknown outcome.
func (k *transactions) end() error {
	ctx, cancel := context.WithTimeout(k.m.died, endPatience)
	defer cancel()
	switch {
	case !k.begun && (k.doomed.Load() || len(k.done) == 0):
		k.giveBack()
		return nil
	case !k.begun:
		return k.endPlainly(ctx)
	}
	err := k.m.timed(func() error { return k.commit(ctx) })
	if err == nil {
		k.over()
		return nil
	}
	aborted := k.abort(ctx)
	if errors.Is(err, errSpoiled) {
		return aborted
	}
	return errors.Join(err, aborted)
}

// over forgets the transaction.
func (k *transactions) over() {
	k.begun, k.unsure, k.done = false, false, nil
	k.doomed.Store(false)
	k.show()
}

// giveBack forgets the transaction and puts what was done in it back to the heads of its lanes.
func (k *transactions) giveBack() {
	done := k.done
	k.over()
	k.m.lanes.giveBack(done)
}

// endPlainly commits offsets of records for which nothing was written, such as transaction markers.
func (k *transactions) endPlainly(ctx context.Context) error {
	if err := k.m.timed(func() error { return k.m.commitOffsets(ctx, k.offsets()) }); err != nil {
		return err
	}
	k.over()
	return nil
}

// commit commits the offsets and ends the transaction.
func (k *transactions) commit(ctx context.Context) error {
	if k.doomed.Load() || k.unsure {
		return errSpoiled
	}
	if err := k.settled(ctx); err != nil {
		return err
	}
	if err := k.m.commitTransactionOffsets(ctx, k.offsets(), k.doomed.Load); err != nil {
		return err
	}
	// Once more: a partition may have been lost while the group was asked, and who loses one is told before the group
	// takes the member in again.
	if k.doomed.Load() {
		return errSpoiled
	}
	if err := k.m.client.EndTransaction(ctx, kgo.TryCommit); err != nil {
		k.unsure = true
		return phrase.Errorf("end the transaction: %w", err)
	}
	return nil
}

// settled waits until the client knows of everything that was written. The answer to the first record of a topic can be
// here before the client has stored what it learned of the topic: EndTransaction would find nothing written then, abort, and
// report success (franz-go v1.22.2). Aborting what is buffered, which is nothing after a flush, waits for that.
func (k *transactions) settled(ctx context.Context) error {
	if err := k.m.client.Flush(ctx); err != nil {
		return err
	}
	return k.m.client.AbortBufferedRecords(ctx)
}

// abort takes everything back that was written, and gives the records back to their lanes. While that does not work the
// transaction stays doomed, and the next end tries again.
func (k *transactions) abort(ctx context.Context) error {
	k.spoil()
	if err := k.m.client.AbortBufferedRecords(ctx); err != nil {
		return phrase.Errorf("abort the transaction: %w", err)
	}
	if err := k.m.client.EndTransaction(ctx, kgo.TryAbort); err != nil {
		return phrase.Errorf("abort the transaction: %w", err)
	}
	if k.unsure {
		committed, err := k.m.committedOffsets(ctx)
		if err != nil {
			return phrase.Errorf("look up whether the transaction was committed: %w", err)
		}
		k.done = slices.DeleteFunc(k.done, func(b batch) bool { return spanOf(b.records).Next <= committed[b.lane.tp] })
	}
	k.giveBack()
	return nil
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
