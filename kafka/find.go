package kafka

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"

	"blackfriday/kafka/phrase"
)

// FindTopics learns the ids of topics that are there, as CreateTopics does, and names those that are missing. It creates
// nothing. The error wraps ErrNoBroker where no broker answered.
func (c *Cluster) FindTopics(ctx context.Context, topics ...Topic) (missing []string, err error) {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	for _, t := range topics {
		c.limit(t.Name, t.MaxBytes)
		switch err := c.lookUpIDs(ctx, []string{t.Name}); {
		case errors.Is(err, kerr.UnknownTopicOrPartition):
			missing = append(missing, t.Name)
		case err != nil:
			return nil, unanswered(err)
		}
	}
	return missing, nil
}

// coordinatorPatience is how long a group without a coordinator is waited for: a cluster that never had a group makes the topic
// for their offsets first.
const coordinatorPatience = 15 * time.Second

// Group takes one reading of a consumer group. It waits until the group has a coordinator.
func (c *Cluster) Group(ctx context.Context, name string, topics ...string) (GroupReading, error) {
	o, err := c.NewObserver([]string{name}, topics)
	if err != nil {
		return GroupReading{}, err
	}
	defer o.Close()
	for _, g := range o.groups {
		o.modern[g] = true // asked as a classic group, a KIP-848 group has no members, and there is no second reading
	}
	ctx, cancel := context.WithTimeout(ctx, coordinatorPatience)
	defer cancel()
	for {
		r, err := o.Read(ctx)
		if err = firstError(err, r.Groups[name].Err); err == nil {
			return r.Groups[name], nil
		}
		if !kerr.IsRetriable(err) && !errors.Is(err, ErrNoAnswer) || pause(ctx, retryReading) != nil {
			return GroupReading{}, phrase.Errorf("look who is in %s: %w", name, err)
		}
	}
}

// describeSoon is describe on a cluster where groups may not have a coordinator yet: it waits until every group has one, or
// ctx ends.
func (o *Observer) describeSoon(ctx context.Context) map[string]GroupReading {
	for {
		groups := o.describe(ctx)
		waits := slices.ContainsFunc(o.groups, func(g string) bool { return kerr.IsRetriable(groups[g].Err) || errors.Is(groups[g].Err, ErrNoAnswer) })
		if !waits || pause(ctx, retryReading) != nil {
			return groups
		}
	}
}
