package lab

import (
	"cmp"
	"context"
	"sync"
	"sync/atomic"
	"time"

	"blackfriday/kafka"
	"blackfriday/services/analytics"
	"blackfriday/services/email"
	"blackfriday/services/ledger"
	"blackfriday/services/order"
	"blackfriday/services/payment"
	"blackfriday/services/relay"
)

// state is what the lab's goroutine owns. Nothing else touches it.
type state struct {
	lab   *Lab
	cfg   Config
	phase State
	since time.Time
	steps []StartStep
	feed  feed

	cluster  *kafka.Cluster
	producer *kafka.Producer
	teardown []teardown
	tasks    *tasks
	servers  *servers

	payments   *payment.Service
	delay      *order.Delay
	book       *order.Book
	mailbox    *email.Mailbox
	analytics  *analytics.Handler
	rejections *relay.Rejections

	terms    terms
	termsErr string // why the newest ones are not complete

	protocol  kafka.Protocol
	guarantee kafka.Guarantee
	// commitEvery is how often members commit, in nanoseconds: they ask by themselves.
	commitEvery  atomic.Int64
	policy       *order.Policy
	poisonPolicy PoisonPolicy
	attempts     int
	hands        *hands
	trials       *trials
	key          Key
	instances    []*instance // order consumers by number, then email, then analytics
	lives        sync.WaitGroup
	rebalances   *rebalances
	brokers      *brokers
	coordination map[string]*coordination // of each group
	outside      outsiders
	orphans      map[int32]time.Time // since when nobody reads a partition
	hidden       map[kafka.TopicPartition]held
	stood        map[int32]stand
	books        *ledger.Ledger

	guests   []string // never changed, only replaced
	resumed  bool     // a data directory held this lab already
	diskTold bool     // the feed has told that it could not be written

	reading    kafka.Reading
	whole      kafka.Reading // the newest one in which everything could be read
	readingErr error
	readAt     time.Time // of reading
	answeredAt time.Time // of the newest reading: reading is an older one when it knows more
	readFrom   time.Time // readings asked for before this are of topics that are gone
	tookRead   time.Duration

	partitionLag  map[int32]*series
	partitionDone map[int32]*series
	totalLag      series
	totalDone     series
	topicEnds     map[string]*series
	curve         []CurvePoint
	runs          []Run

	toldDeliveries int64 // how many of each the feed has told
	toldRejections int64
	foreign        error  // why the topics may not be recreated: some of what is there is not the lab's
	ungrown        error  // why the topics may not get more partitions: likewise
	reshaping      error  // why payments and consumers are refused just now; nil: they are not
	gone           string // topics of the lab that are not there any more
	forgotten      int    // the newest flood whose payments are gone with their topic
	silent         int    // readings that failed since the last good one
	lost           bool   // no broker answers at all
}

func newState(l *Lab) *state {
	s := &state{
		lab: l, cfg: l.cfg, since: l.Snapshot().Started,
		feed:          feed{log: l.cfg.Log},
		key:           KeyNone,
		tasks:         newTasks(),
		delay:         &order.Delay{},
		book:          order.NewBook(),
		mailbox:       email.NewMailbox(),
		analytics:     analytics.NewHandler(),
		rejections:    &relay.Rejections{},
		rebalances:    newRebalances(l.turnstile),
		outside:       outsiders{ours: map[string]bool{}, shared: map[Kind]bool{}},
		coordination:  map[string]*coordination{},
		orphans:       map[int32]time.Time{},
		stood:         map[int32]stand{},
		partitionLag:  map[int32]*series{},
		partitionDone: map[int32]*series{},
		topicEnds:     map[string]*series{},
		guarantee:     cmp.Or(l.cfg.Guarantee, kafka.AtLeastOnce),
		policy:        &order.Policy{},
		poisonPolicy:  cmp.Or(l.cfg.Opening.Poison, PoisonDLQ),
		attempts:      DefaultAttempts,
		hands:         newHands(),
		trials:        newTrials(cmp.Or(l.cfg.Guarantee, kafka.AtLeastOnce)),
		hidden:        map[kafka.TopicPartition]held{},
	}
	s.policy.Set(order.Remedy(s.poisonPolicy), s.attempts)
	s.brokers = newBrokers(l.turnstile, &s.feed)
	s.commitEvery.Store(int64(cmp.Or(l.cfg.CommitInterval, kafka.DefaultCommitInterval)))
	return s
}

// loop is the lab's life until ctx ends.
func (s *state) loop(ctx context.Context) {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case r := <-s.lab.requests:
			s.do(r)
		case note := <-s.lab.notes:
			note(s)
			s.drainNotes()
		case <-ticker.C:
			s.sample(time.Now())
		}
		s.publish()
	}
}

// drainNotes carries out what has queued up, so that a burst of notes costs one Snapshot.
func (s *state) drainNotes() {
	for range cap(s.lab.notes) {
		select {
		case note := <-s.lab.notes:
			note(s)
		default:
			return
		}
	}
}
