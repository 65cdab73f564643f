package kafka

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"golang.org/x/sync/errgroup"
)

const (
	// readTimeout bounds one reading.
	readTimeout = 2 * time.Second
	// retryReading is the pause after a reading that failed.
	retryReading = 500 * time.Millisecond
)

// Observer reads the brokers' word about some groups and topics, on a client of its own that belongs to no group.
type Observer struct {
	client *kgo.Client
	admin  *kadm.Client
	groups []string
	topics []string
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
	client, err := c.newClient("observer",
		// kadm answers metadata from a cache; partitions that were added must show soon.
		kgo.MetadataMinAge(time.Second),
		// A connection on which an answer is overdue is given up with the reading: kgo's defaults would let the next
		// readings wait behind it for 18 s.
		kgo.RequestTimeoutOverhead(readTimeout/2))
	if err != nil {
		return nil, err
	}
	o := &Observer{client: client, admin: kadm.NewClient(client), groups: groups, topics: topics, modern: map[string]bool{}}
	o.admin.SetTimeoutMillis(int32((readTimeout / 2).Milliseconds()))
	for _, g := range groups {
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

// Read takes one reading. Commits are read before ends, so that a lag is never negative and never too small. An error
// means that there is no reading; what concerns one group alone is that group's Err.
func (o *Observer) Read(ctx context.Context) (Reading, error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	r := Reading{At: time.Now()}
	details, err := o.admin.ListTopics(ctx, o.topics...)
	if err != nil {
		return Reading{}, fmt.Errorf("look up the topics: %w", err)
	}
	if r.Groups, err = o.readGroups(ctx); err != nil {
		return Reading{}, fmt.Errorf("read the groups: %w", err)
	}
	if r.Topics, err = o.readTopics(ctx, details); err != nil {
		return Reading{}, fmt.Errorf("read the topics: %w", err)
	}
	r.Took = time.Since(r.At)
	return r, nil
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

func (o *Observer) readTopics(ctx context.Context, details kadm.TopicDetails) (map[string]TopicReading, error) {
	var starts, ends kadm.ListedOffsets
	both, asking := errgroup.WithContext(ctx)
	both.Go(func() (err error) { starts, err = o.logStarts(asking, details); return err })
	both.Go(func() (err error) { ends, err = o.admin.ListEndOffsets(asking, o.topics...); return err })
	if err := both.Wait(); err != nil {
		return nil, err
	}
	stable, err := o.lastStable(ctx, ends)
	if err != nil {
		return nil, err
	}
	topics := make(map[string]TopicReading, len(details))
	for name, d := range details {
		if d.Err != nil {
			continue
		}
		t := TopicReading{ID: d.ID.String(), Partitions: make([]PartitionReading, len(d.Partitions))}
		for id := range t.Partitions {
			start, _ := starts.Lookup(name, int32(id))
			end, ok := ends.Lookup(name, int32(id))
			upTo, known := stable.Lookup(name, int32(id))
			if err := firstError(start.Err, end.Err, upTo.Err, missing(ok && known)); err != nil {
				return nil, fmt.Errorf("%s partition %d: %w", name, id, err)
			}
			t.Partitions[id] = PartitionReading{Start: start.Offset, End: end.Offset, Stable: upTo.Offset, Leader: d.Partitions[int32(id)].Leader}
		}
		topics[name] = t
	}
	return topics, nil
}

// lastStable are the last stable offsets. They are asked for after the ends, so that a transaction that ends in between
// does not look open; and not at all while nothing was written and nothing was held back.
func (o *Observer) lastStable(ctx context.Context, ends kadm.ListedOffsets) (kadm.ListedOffsets, error) {
	if o.calm && sameOffsets(o.ends, ends) {
		return ends, nil
	}
	stable, err := o.admin.ListCommittedOffsets(ctx, o.topics...)
	if err != nil {
		return nil, err
	}
	o.ends, o.calm = ends, sameOffsets(ends, stable)
	return stable, nil
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

// logStarts are the log start offsets, those of a moment ago if every partition is among them.
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
		return nil, err
	}
	o.starts, o.startsAt, o.startsOf = starts, time.Now(), map[string]kadm.TopicID{}
	for name, d := range details {
		o.startsOf[name] = d.ID
	}
	return starts, nil
}

func missing(ok bool) error {
	if ok {
		return nil
	}
	return fmt.Errorf("the brokers left out its offsets")
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
