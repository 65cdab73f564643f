package standalone

import (
	"context"
	"strings"
	"time"

	"blackfriday/kafka/phrase"
)

// benchAfter is how long a member is without a partition before it says why: a rebalance is shorter.
const benchAfter = 3 * time.Second

// bench says why a member that has joined has nothing to do, once each time.
type bench struct {
	since time.Time // zero: it has a partition
	told  bool
}

// waits says whether a member that has so many partitions at a time has been without one for long enough to say so.
func (b *bench) waits(partitions int, now time.Time) bool {
	switch {
	case partitions > 0:
		*b = bench{}
	case b.since.IsZero():
		b.since = now
	}
	return partitions == 0 && !b.told && now.Sub(b.since) >= benchAfter
}

// tellWaiting says that the group has nothing to give, if that is so.
func (p *process) tellWaiting(ctx context.Context) (told bool) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	duty := p.service.role
	group, err := p.cluster.Group(ctx, duty.Group, duty.Topics...)
	if err != nil {
		return false
	}
	all, err := p.cluster.CountPartitions(ctx, duty.Topics...)
	owned := 0
	for _, m := range group.Members {
		for _, partitions := range m.Partitions {
			owned += len(partitions)
		}
	}
	if err != nil || owned < all {
		return false // the group has not settled, or there is another reason
	}
	who := phrase.New("whoever runs the lab")
	if p.cfg.Student {
		who = phrase.New("the teacher")
	}
	names := make([]string, len(duty.Topics))
	for i, topic := range duty.Topics {
		names[i] = p.real(topic)
	}
	p.journal.Say("%s waits: each partition of %s has an owner already (%s, %s in the group). It takes over when a member goes, and %s can add partitions with the key t.",
		p.name, strings.Join(names, ", "), phrase.Count(int64(all), "%s partition", "%s partitions"),
		phrase.Count(int64(len(group.Members)), "%s member", "%s members"), who)
	return true
}
