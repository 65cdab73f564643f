package kafka

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"blackfriday/kafka/phrase"
)

const (
	// readTimeout bounds one reading.
	readTimeout = 2 * time.Second
	// retryReading is the pause after a reading that failed.
	retryReading = 500 * time.Millisecond
	// leadersEvery is how old what is known about leaders and replicas may be.
	leadersEvery = 150 * time.Millisecond
)

// Observer reads the brokers' word about some groups and topics, on a client of its own that belongs to no group.
type Observer struct {
	client *kgo.Client
	admin  *kadm.Client
	names  namespace
	groups []string // by their full names, as everything in here
	topics []string
	heard  *hearing
	// starts are the log start offsets as of startsAt, of the topics with the ids startsOf.
	starts   kadm.ListedOffsets
	startsAt time.Time
	startsOf map[string]kadm.TopicID
	// ends are those of the reading before; calm says that no transaction was open then.
	ends kadm.ListedOffsets
	calm bool
	// modern remembers which groups answered as KIP-848 groups, so that each is asked once per reading and not twice.
	modern map[string]bool
	// classicOnly: the brokers do not know KIP-848 groups at all. It is asked once, which asked notes.
	classicOnly, asked bool
}

// NewObserver opens an observer of these groups and topics.
func (c *Cluster) NewObserver(groups, topics []string) (*Observer, error) {
	heard := &hearing{}
	client, err := c.newClient("observer",
		kgo.WithHooks(heard),
		// kadm answers metadata from a cache; leaders that moved must show soon.
		kgo.MetadataMinAge(leadersEvery),
		// A connection on which an answer is overdue is given up with the reading: kgo's defaults would let the next
		// readings wait behind it for 18 s.
		kgo.RequestTimeoutOverhead(readTimeout/2),
		// What one broker does not answer must not hold up what the others say.
		kgo.RetryTimeout(readTimeout/4))
	if err != nil {
		return nil, err
	}
	o := &Observer{client: client, admin: kadm.NewClient(client), names: c.names, heard: heard, groups: c.names.fulls(groups), topics: c.names.fulls(topics), modern: map[string]bool{}}
	o.admin.SetTimeoutMillis(int32((readTimeout / 2).Milliseconds()))
	for _, g := range o.groups {
		o.modern[g] = c.cfg.Protocol == ConsumerProtocol
	}
	return o, nil
}

// Close closes the client.
func (o *Observer) Close() { o.admin.Close() }

// Run takes a reading every so often until ctx ends, and puts each, or the error of one that failed. Readings never
// overlap. It returns nil.
func (o *Observer) Run(ctx context.Context, every time.Duration, put func(Reading, error)) error {
	for ctx.Err() == nil {
		o.turn(ctx, every, put)
	}
	return nil
}

// turn takes one reading, puts it unless ctx ended meanwhile, and waits until the next is due.
func (o *Observer) turn(ctx context.Context, every time.Duration, put func(Reading, error)) {
	began := time.Now()
	r, err := o.Read(ctx)
	if ctx.Err() != nil {
		return
	}
	put(r, err)
	pause := max(every-time.Since(began), every/20)
	if err != nil {
		pause = retryReading
	}
	select {
	case <-ctx.Done():
	case <-time.After(pause):
	}
}

// Read takes one reading. Commits are read before ends, so that a lag is never negative and never too small. What
// concerns one partition or one group alone, such as the death of the broker that leads it, is the Err of that one. An error
// means that there is no reading: it wraps ErrNoBroker when no broker answers at all.
func (o *Observer) Read(ctx context.Context) (Reading, error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	r := Reading{At: time.Now()}
	o.heard.begin()
	meta, err := o.admin.Metadata(ctx, o.topics...)
	if err != nil {
		return Reading{}, phrase.Errorf("look up the topics: %w (%w)", ErrNoBroker, err)
	}
	r.Brokers = brokersOf(meta)
	var greeted sync.WaitGroup
	greeted.Go(func() { o.greet(ctx, meta) })
	r.Groups = o.readGroups(ctx)
	r.Topics = o.readTopics(ctx, meta.Topics)
	greeted.Wait()
	o.heard.judge(&r)
	if err := r.nothing(); err != nil {
		return Reading{}, err
	}
	r.Topics, r.Groups = within(o.names, r.Topics), within(o.names, r.Groups)
	r.Took = time.Since(r.At)
	return r, nil
}

// brokersOf are the brokers that the cluster names.
func brokersOf(meta kadm.Metadata) []BrokerReading {
	brokers := make([]BrokerReading, 0, len(meta.Brokers))
	for _, b := range meta.Brokers {
		brokers = append(brokers, BrokerReading{ID: b.NodeID, Address: net.JoinHostPort(b.Host, strconv.Itoa(int(b.Port)))})
	}
	slices.SortFunc(brokers, func(a, b BrokerReading) int { return cmp.Compare(a.ID, b.ID) })
	return brokers
}

// nothing is the error of a reading in which nothing at all could be read: then it is the brokers that do not answer, and
// what they said about each other was said a moment before.
func (r Reading) nothing() error {
	for _, t := range r.Topics {
		if slices.ContainsFunc(t.Partitions, func(p PartitionReading) bool { return p.Err == nil }) {
			return nil
		}
	}
	for _, g := range r.Groups {
		if g.Err == nil {
			return nil
		}
	}
	if err := r.Err(); err != nil {
		return phrase.Errorf("%w (%w)", ErrNoBroker, err)
	}
	return nil
}

// learnVersions asks a broker, once, whether it can describe KIP-848 groups. Kafka can since 3.7; kgo refuses to ask
// older brokers, with an error that cannot be told from others.
func (o *Observer) learnVersions(ctx context.Context) error {
	if o.asked {
		return nil
	}
	req := kmsg.NewPtrApiVersionsRequest()
	req.ClientSoftwareName, req.ClientSoftwareVersion = "blackfriday", "1"
	resp, err := req.RequestWith(ctx, o.client)
	if err != nil {
		return err
	}
	o.asked, o.classicOnly = true, !slices.ContainsFunc(resp.ApiKeys, func(k kmsg.ApiVersionsResponseApiKey) bool {
		return k.ApiKey == int16(kmsg.ConsumerGroupDescribe)
	})
	return nil
}

// readTopics reads where the partitions of these topics stand.
func (o *Observer) readTopics(ctx context.Context, details kadm.TopicDetails) map[string]TopicReading {
	var starts, ends kadm.ListedOffsets
	var startsErr, endsErr error
	var both sync.WaitGroup
	both.Go(func() { starts, startsErr = o.logStarts(ctx, details) })
	both.Go(func() { ends, endsErr = o.admin.ListEndOffsets(ctx, o.topics...) })
	both.Wait()
	stable, stableErr := o.lastStable(ctx, ends)
	topics := make(map[string]TopicReading, len(details))
	for name, d := range details {
		if d.Err != nil {
			continue
		}
		t := TopicReading{ID: d.ID.String(), Partitions: make([]PartitionReading, len(d.Partitions))}
		for id := range t.Partitions {
			detail := d.Partitions[int32(id)]
			start, startKnown := starts.Lookup(name, int32(id))
			end, endKnown := ends.Lookup(name, int32(id))
			upTo, stableKnown := stable.Lookup(name, int32(id))
			t.Partitions[id] = PartitionReading{
				Start: start.Offset, End: end.Offset, Stable: upTo.Offset,
				Leader: leaderOf(detail), Replicas: detail.Replicas, ISR: detail.ISR,
				Err: firstError(leaderless(detail), missing(startKnown, startsErr), missing(endKnown, endsErr),
					missing(stableKnown, stableErr), start.Err, end.Err, upTo.Err),
			}
		}
		topics[name] = t
	}
	return topics
}

// leaderOf is the node id of the leader; -1 when there is none.
func leaderOf(p kadm.PartitionDetail) int32 {
	if leaderless(p) != nil {
		return -1
	}
	return p.Leader
}

// leaderless is the error of a partition that nobody leads.
func leaderless(p kadm.PartitionDetail) error {
	if p.Leader < 0 || errors.Is(p.Err, kerr.LeaderNotAvailable) {
		return errNoLeader
	}
	return nil
}

// lastStable are the last stable offsets. They are asked for after the ends, so that a transaction that ends in between
// does not look open; and not at all while nothing was written and nothing was held back.
func (o *Observer) lastStable(ctx context.Context, ends kadm.ListedOffsets) (kadm.ListedOffsets, error) {
	if o.calm && sameOffsets(o.ends, ends) {
		return ends, nil
	}
	stable, err := o.admin.ListCommittedOffsets(ctx, o.topics...)
	o.ends, o.calm = ends, err == nil && sameOffsets(ends, stable)
	return stable, err
}

// sameOffsets says that two answers give the same offsets, without an error.
func sameOffsets(a, b kadm.ListedOffsets) bool {
	return maps.EqualFunc(a, b, func(a, b map[int32]kadm.ListedOffset) bool {
		return maps.EqualFunc(a, b, func(a, b kadm.ListedOffset) bool {
			return a.Err == nil && b.Err == nil && a.Offset == b.Offset
		})
	})
}

// startsEvery is how often the log start offsets are asked for: they move by retention only.
const startsEvery = 2 * time.Second

// logStarts are the log start offsets, those of a moment ago if every partition is among them. With an error they are those
// that could be had.
func (o *Observer) logStarts(ctx context.Context, details kadm.TopicDetails) (kadm.ListedOffsets, error) {
	known := time.Since(o.startsAt) < startsEvery
	for name, d := range details {
		known = known && o.startsOf[name] == d.ID && len(o.starts[name]) == len(d.Partitions)
	}
	if known {
		return o.starts, nil
	}
	starts, err := o.admin.ListStartOffsets(ctx, o.topics...)
	if err != nil {
		return starts, err
	}
	o.starts, o.startsAt, o.startsOf = starts, time.Now(), map[string]kadm.TopicID{}
	for name, d := range details {
		o.startsOf[name] = d.ID
	}
	return starts, nil
}

// missing is why an answer does not stand among others: err is that of asking for them all.
func missing(known bool, err error) error {
	switch {
	case known:
		return nil
	case err != nil:
		return phrase.Errorf("%w (%w)", ErrNoAnswer, err)
	}
	return phrase.Errorf("the brokers left it out")
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
