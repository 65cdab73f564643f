package ledger

import (
	"context"
	"maps"
	"sync/atomic"
	"time"

	"blackfriday/kafka"
)

// DefaultEvery is how often the books are brought up to date.
const DefaultEvery = 200 * time.Millisecond

// resting is by how much less often an auditor looks that has found nothing new: asking costs the brokers, too, and more
// the more partitions there are.
const resting = 2.5

// Cluster is what is audited. A *kafka.Cluster is one.
type Cluster interface {
	// NewGauge opens somebody who asks where these topics, and what groups have committed of them, stand.
	NewGauge(clientID string, topics ...string) (*kafka.Gauge, error)
	// NewTail opens a reader of these topics.
	NewTail(clientID string, topics ...string) (*kafka.Tail, error)
}

// Work is what the members of this process do with payment-successful.
type Work struct {
	// InHand are the payments that living members are working on now: from before the work on one begins, or, where the
	// commit comes first, from before that is sent, until both are done or the member is dead.
	InHand []kafka.Span
	// Committed are the payments that members of this process, dead ones too, ever committed or set out to commit. A span
	// stands here before its commit is sent.
	Committed []kafka.Span
	// Read are the partitions that living members read now, those outside this process too: what retention deletes may be in
	// their hands already.
	Read []kafka.TopicPartition
}

// Config is what a Ledger needs.
type Config struct {
	Cluster Cluster
	// Work is asked what the members of this process do; it must be quick. Nil: there are none, and what is committed is
	// foreign.
	Work func() Work
	// Every is how often the books are brought up to date; zero means DefaultEvery. While nothing happens it is less often.
	Every time.Duration
}

// Ledger keeps the books of a lab.
type Ledger struct {
	cfg     Config
	picture atomic.Pointer[Picture]
}

// New returns a Ledger with empty books.
func New(cfg Config) *Ledger {
	if cfg.Work == nil {
		cfg.Work = func() Work { return Work{} }
	}
	if cfg.Every == 0 {
		cfg.Every = DefaultEvery
	}
	l := &Ledger{cfg: cfg}
	l.picture.Store(&Picture{})
	return l
}

// Picture returns the newest state of the books: never nil, and never changed.
func (l *Ledger) Picture() *Picture { return l.picture.Load() }

// Run audits until ctx ends. What it cannot read it tries again, and Picture.Err says why. It returns nil, and is called
// once.
//
// Each turn asks, in this order, what order-service-group has committed, what members have in hand, and where the topics
// end; then it reads. Once everything before those ends has been read, the commits are proven: whoever committed a payment
// had written its order or its dead letter before, so that one which has neither by then has lost it. Until then the
// commits proven before are in force. So the auditor's own delay can make work look unfinished, never lost.
func (l *Ledger) Run(ctx context.Context) error {
	a := &auditor{cluster: l.cfg.Cluster, work: l.cfg.Work}
	defer a.close()
	for ctx.Err() == nil {
		began := time.Now()
		err := a.turn(ctx)
		if ctx.Err() != nil {
			break
		}
		l.publish(a, err)
		every := l.cfg.Every
		if a.idle {
			every = time.Duration(float64(every) * resting)
		}
		pause(ctx, every-time.Since(began))
	}
	return nil
}

// pause waits for d, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// publish stores a new Picture.
func (l *Ledger) publish(a *auditor, err error) {
	p := *l.Picture()
	if a.books != nil {
		p = a.picture()
	}
	if err != nil {
		p.Err = err
	}
	l.picture.Store(&p)
}

// picture draws up the books.
func (a *auditor) picture() Picture {
	b := a.books
	p := Picture{
		TopicID: b.topicID, Looked: a.newest.at, Blocked: a.blocked,
		Partitions: make([]Entry, len(b.sheets)), Services: b.services.list(), Codes: b.codes.counts(),
		Emails: b.emails, EmailsTwice: b.emailsTwice, LettersOfOrder: b.lettersOfOrder,
		Anonymous: b.anonymous, Forged: b.forged, Unread: b.unread,
		Records: maps.Clone(b.records), Markers: maps.Clone(b.markers), Bytes: b.bytes(),
	}
	p.Behind, p.Held = a.unread()
	if a.proven != nil {
		p.Known, p.At = true, a.proven.at
	}
	for id, s := range b.sheets {
		p.Partitions[id] = s.judge(a.newest.circumstances(int32(id), a.proven, s.blind))
		p.Total = p.Total.plus(p.Partitions[id])
		p.Unmailed += s.unmailed
	}
	return p
}
