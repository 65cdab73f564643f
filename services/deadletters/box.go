package deadletters

import (
	"context"
	"maps"
	"math"
	"slices"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/messages"
)

const (
	// maxCodes is how many error codes are counted apart: anybody can write others.
	maxCodes = 100
	// maxCopies is how many letters are remembered as sent again: as many as the largest flood has payments.
	maxCopies = 1_000_000
	// searchStep is how many payments a List looks at for copies: half a second's work.
	searchStep = 200_000
)

// Box reads the dead letter queue and sends letters again. It is safe for use by several goroutines at once. It remembers
// what it counted, so that only what is new is read the next time.
type Box struct {
	browser *kafka.Browser
	desk    *messages.Desk

	sending turn // held while letters are sent, so that none is sent twice
	books   turn // guards what follows
	counts  map[string]int64
	total   int64
	letters scan
	copies  map[letterAt]copyAt
	search  scan
}

// letterAt is where a letter stands in dlq-payment, copyAt where a copy of it stands in payment-successful.
type (
	letterAt struct {
		partition int32
		offset    int64
	}
	copyAt struct {
		partition int32
		offset    int64
		written   int64 // milliseconds since 1970
	}
)

// New returns a box that works through browser, which stays the caller's to close.
func New(browser *kafka.Browser) *Box {
	b := &Box{browser: browser, desk: messages.New(browser, nil), sending: newTurn(), books: newTurn()}
	b.letters = scan{
		browser: browser, topic: kafka.DLQPayment, each: b.count, whole: true,
		reset: func() { b.counts, b.total = map[string]int64{}, 0 },
	}
	b.search = scan{
		browser: browser, topic: kafka.PaymentSuccessful, each: b.noteCopy,
		reset: func() { b.copies = map[letterAt]copyAt{} },
	}
	return b
}

// turn is a lock that one can stop waiting for.
type turn chan struct{}

func newTurn() turn { return make(turn, 1) }

// take waits for the lock; the error is that of ctx when it ends first.
func (t turn) take(ctx context.Context) error {
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t turn) give() { <-t }

// count counts a letter. The caller holds the books.
func (b *Box) count(r *kafka.Record) {
	code := codeOf(r.Headers)
	if _, known := b.counts[code]; !known && len(b.counts) >= maxCodes {
		code = OtherCodes
	}
	b.counts[code]++
	b.total++
}

// noteCopy remembers a payment that says that it is a copy. The caller holds the books.
func (b *Box) noteCopy(r *kafka.Record) {
	from := messages.RedrivenFrom(r.Headers)
	if from.Topic == "" {
		return
	}
	at, written := letterAt{from.Partition, from.Offset}, r.Timestamp.UnixMilli()
	if known, ok := b.copies[at]; ok && known.written > written || !ok && len(b.copies) >= maxCopies {
		return
	}
	b.copies[at] = copyAt{r.Partition, r.Offset, written}
}

// sentAs is where the newest copy of a letter stands, as far as is known. The caller holds the books.
func (b *Box) sentAs(letter messages.Place) messages.Place {
	c, ok := b.copies[letterAt{letter.Partition, letter.Offset}]
	if !ok {
		return messages.Place{}
	}
	return messages.Place{Topic: kafka.PaymentSuccessful, Partition: c.partition, Offset: c.offset}
}

// List returns letters, newest first, and counts of all letters. The first List reads the whole dead letter queue once
// for the counts; what it knows of copies is brought nearer to the newest payments each time (Page.Unsearched).
func (b *Box) List(ctx context.Context, q Query) (Page, error) {
	found, err := b.desk.Browse(ctx, messages.Query{
		Topic: kafka.DLQPayment, Partition: messages.AllPartitions, Origin: messages.FromEnd,
		Match: matcher(q), Limit: q.Limit, Before: q.Before,
	})
	if err != nil {
		return Page{}, phrase.Errorf("list dead letters: %w", err)
	}
	page := Page{Cursor: found.Cursor, Older: found.Older, Bounded: found.Bounded}
	if err := b.books.take(ctx); err != nil {
		return Page{}, err
	}
	defer b.books.give()
	if _, err := b.letters.advance(ctx, math.MaxInt64/2); err != nil {
		return Page{}, phrase.Errorf("count dead letters: %w", err)
	}
	if page.Unsearched, err = b.search.advance(ctx, searchStep); err != nil {
		return Page{}, phrase.Errorf("look for dead letters that were sent again: %w", err)
	}
	page.Counts, page.Total = maps.Clone(b.counts), b.total
	for _, m := range slices.Backward(found.Messages) {
		l := Parse(m)
		l.SentAs = b.sentAs(l.Place)
		page.Letters = append(page.Letters, l)
	}
	return page, nil
}

// FindCopies looks at every payment that was not looked at yet for copies of letters, so that SentAs misses none.
func (b *Box) FindCopies(ctx context.Context) error {
	if err := b.books.take(ctx); err != nil {
		return err
	}
	defer b.books.give()
	if _, err := b.search.advance(ctx, math.MaxInt64/2); err != nil {
		return phrase.Errorf("look for dead letters that were sent again: %w", err)
	}
	return nil
}

// walk calls each with every letter that a query is about and that stands in the queue now, partition by partition,
// oldest first. Its limit and cursor mean nothing here. The letters share no memory with the queue.
func (b *Box) walk(ctx context.Context, q Query, each func(Letter) error) error {
	bounds, err := b.browser.Bounds(ctx, kafka.DLQPayment)
	if err != nil {
		return err
	}
	match := matcher(q)
	for i, p := range bounds.Partitions {
		span := kafka.Span{
			TopicPartition: kafka.TopicPartition{Topic: kafka.DLQPayment, Partition: int32(i)}, First: p.Start, Next: p.Stable,
		}
		var failed error
		_, err := b.browser.Read(ctx, span, func(r *kafka.Record) bool {
			if match == nil || match(r) {
				failed = each(Parse(messages.Of(r)))
			}
			return failed == nil && ctx.Err() == nil
		})
		if failed != nil || err != nil || ctx.Err() != nil {
			return firstOf(failed, err, ctx.Err())
		}
	}
	return nil
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// remember notes that a letter was sent, before a search finds the copy.
func (b *Box) remember(ctx context.Context, letter, copied messages.Place) {
	if b.books.take(ctx) != nil {
		return // the next search finds it
	}
	defer b.books.give()
	if len(b.copies) < maxCopies {
		b.copies[letterAt{letter.Partition, letter.Offset}] = copyAt{copied.Partition, copied.Offset, time.Now().UnixMilli()}
	}
}
