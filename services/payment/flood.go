package payment

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/event"
	"blackfriday/services/relay"
)

// ErrFloodRunning says that a flood was refused because another one has not ended.
var ErrFloodRunning = phrase.Errorf("a flood is still running: wait until it ends")

// Key is how a flood's payments are given to partitions.
type Key string

// The keys of a payment.
const (
	NoKey   Key = ""     // round-robin
	UserKey Key = "user" // the user_id: all payments of a user go to one partition, in order
	VIPKey  Key = "vip"  // the user_id, and one user buys everything: one hot partition
)

// VIP is the user of a VIPKey flood.
const VIP = 1

// slabRecords is how many payments share an allocation; slabBytes is room for their values, at about 160 bytes each.
const (
	slabRecords = 256
	slabBytes   = slabRecords * 256
)

// floods is the newest flood of a service.
type floods struct {
	mu     sync.Mutex
	count  int
	newest *Flood
}

// Flood is one flood of generated payments. Its progress can be read from any goroutine while Run works.
type Flood struct {
	id       int
	wanted   int
	seed     uint64
	key      Key
	out      Producer
	started  time.Time
	answered chan struct{} // closed once every payment is acknowledged, has failed, or will never be sent

	acked, failed atomic.Int64
	unknown       atomic.Int64 // payments that failed, and may have been written all the same
	sent          atomic.Int64 // payments that the producer has been given
	open          atomic.Int64 // payments without an answer
	took          atomic.Int64 // nanoseconds; 0 while it runs
	firstError    atomic.Pointer[error]

	mu     sync.Mutex
	ranges map[int32]*Range
}

// Progress is how far a flood has come.
type Progress struct {
	ID      int // 1 for the first flood of a service; 0: there was none
	Running bool
	Wanted  int64
	Acked   int64 // acknowledged by the brokers
	Failed  int64 // certainly not written
	// Unknown is how many have neither been acknowledged nor certainly failed, once the flood has ended: they may or may not
	// have been written. An answer that comes later makes it less.
	Unknown   int64
	StartedAt time.Time
	// Took is until the last answer, or until now while it runs. An acknowledgement that comes later makes it longer.
	Took time.Duration
	Err  error // the first failure; hostile until escaped, nil when there is none
}

// Range is where the payments of a flood went in one partition. Other writers may have written between First and Last,
// so Count can be less than the distance.
type Range struct {
	Partition   int32
	First, Last int64 // offsets, both included
	Count       int64
}

// NewFlood registers a flood of n payments, at least 1, and starts its clock; the caller must call Run. The same seed
// gives the same payments to the same users, but for a VIPKey. While another flood runs the error is ErrFloodRunning.
func (s *Service) NewFlood(n int, seed uint64, key Key) (*Flood, error) {
	if n < 1 {
		return nil, phrase.Errorf("flood with %d payments: at least 1 is needed", n)
	}
	s.floods.mu.Lock()
	defer s.floods.mu.Unlock()
	if f := s.floods.newest; f != nil && f.Progress().Running {
		return nil, ErrFloodRunning
	}
	s.floods.count++
	f := &Flood{
		id: s.floods.count, wanted: n, seed: seed, key: key, out: s.out, started: time.Now(),
		answered: make(chan struct{}), ranges: make(map[int32]*Range),
	}
	f.open.Store(int64(n))
	s.floods.newest = f
	return f, nil
}

// FloodProgress returns the progress of the newest flood; it is zero when there was none.
func (s *Service) FloodProgress() Progress {
	s.floods.mu.Lock()
	f := s.floods.newest
	s.floods.mu.Unlock()
	if f == nil {
		return Progress{}
	}
	return f.Progress()
}

// Run sends the payments and returns once each is acknowledged or has failed, or no answer has come for silence. The error
// tells how many failed and how many are unknown, and wraps the first failure. When ctx ends first, Run sends no more and
// returns; what is on its way may still be acknowledged. Call it once.
func (f *Flood) Run(ctx context.Context) error {
	defer f.end()
	sending, giveUp := context.WithCancelCause(ctx)
	var watching sync.WaitGroup
	watching.Go(func() { f.watch(sending, giveUp) })
	defer watching.Wait()
	defer giveUp(nil)

	generator := event.NewGenerator(f.seed)
	if f.key == VIPKey {
		generator.Only(VIP)
	}
	left := f.wanted
	for left > 0 && sending.Err() == nil {
		n := min(left, slabRecords)
		f.send(sending, generator, n)
		left -= n
	}
	f.answer(left)
	select {
	case <-f.answered:
	case <-sending.Done():
	}
	if ctx.Err() != nil {
		return phrase.Errorf("flood of %s payments stopped after %s: %w", phrase.Number(f.wanted), phrase.Number(f.acked.Load()), context.Cause(ctx))
	}
	f.end()
	return f.trouble(context.Cause(sending))
}

// send sends n payments whose records and values share two allocations.
func (f *Flood) send(ctx context.Context, generator *event.Generator, n int) {
	records := make([]kafka.Record, n)
	values := make([]byte, 0, slabBytes)
	now, done := time.Now(), f.done
	relay.Each(n, func(i int) bool {
		start := len(values)
		values = generator.Append(values, now)
		records[i].Topic = kafka.PaymentSuccessful
		records[i].Value = values[start:len(values):len(values)]
		if f.key != NoKey {
			records[i].Key = strconv.AppendUint(nil, generator.User(), 10)
		}
		return true
	})
	for i := range records {
		f.sent.Add(1)
		f.out.Send(ctx, &records[i], done)
	}
}

// done takes the brokers' answer to one payment.
func (f *Flood) done(r *kafka.Record, err error) {
	if err != nil {
		f.fail(err)
	} else {
		f.note(r.Partition, r.Offset)
		f.acked.Add(1)
	}
	f.answer(1)
}

// answer counts payments to which no other answer will come. With the last one the flood ends.
func (f *Flood) answer(n int) {
	if n > 0 && f.open.Add(int64(-n)) == 0 {
		f.end()
		close(f.answered)
	}
}

// fail counts a failure and keeps the first.
func (f *Flood) fail(err error) {
	f.firstError.CompareAndSwap(nil, &err)
	if errors.Is(err, kafka.ErrUnknownOutcome) {
		f.unknown.Add(1)
		return
	}
	f.failed.Add(1)
}

// note widens the range of a partition by one acknowledged offset. After the end that makes the flood longer.
func (f *Flood) note(partition int32, offset int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	r, known := f.ranges[partition]
	if !known {
		r = &Range{Partition: partition, First: offset, Last: offset}
		f.ranges[partition] = r
	}
	r.First, r.Last = min(r.First, offset), max(r.Last, offset)
	r.Count++
	if f.took.Load() != 0 {
		f.took.Store(int64(time.Since(f.started)))
	}
}

// end stops the clock, once; only a late acknowledgement moves it again.
func (f *Flood) end() { f.took.CompareAndSwap(0, max(1, int64(time.Since(f.started)))) }

// Progress returns how far the flood has come.
func (f *Flood) Progress() Progress {
	p := Progress{
		ID: f.id, Wanted: int64(f.wanted), StartedAt: f.started,
		Took:  time.Duration(f.took.Load()),
		Acked: f.acked.Load(), Failed: f.failed.Load(), Unknown: f.unknown.Load(),
	}
	if p.Took == 0 {
		p.Running, p.Took = true, time.Since(f.started)
	} else {
		unsent := p.Wanted - f.sent.Load()
		p.Failed += unsent
		p.Unknown = max(0, p.Wanted-p.Acked-p.Failed)
	}
	if err := f.firstError.Load(); err != nil {
		p.Err = *err
	}
	return p
}

// Ranges returns where the acknowledged payments went, by partition.
func (f *Flood) Ranges() []Range {
	f.mu.Lock()
	defer f.mu.Unlock()
	ranges := make([]Range, 0, len(f.ranges))
	for _, r := range f.ranges {
		ranges = append(ranges, *r)
	}
	slices.SortFunc(ranges, func(a, b Range) int { return cmp.Compare(a.Partition, b.Partition) })
	return ranges
}
