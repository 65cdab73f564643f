package kafka

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"blackfriday/kafka/phrase"
)

// ErrUnconfirmed is wrapped by the error of whoever would write to somebody's cluster without having asked.
var ErrUnconfirmed = phrase.Errorf("nobody was asked whether the lab may write to this cluster")

// Furnish creates what is missing of the topics and remembers which of them, and of the groups, the lab makes. On a cluster
// that somebody else runs it asks Config.Confirm before the first write. What is there already is used as it is: the plan
// returned says how it stood before. Topics get a replica on each broker, three at most, and min.insync.replicas 2 where there are three.
func (c *Cluster) Furnish(ctx context.Context, topics []Topic, groups ...string) (Plan, error) {
	if err := c.writable(); err != nil {
		return Plan{}, err
	}
	plan, err := c.Plan(ctx, topics, groups...)
	if err != nil {
		return plan, err
	}
	if err := c.confirm(ctx, plan); err != nil {
		return plan, err
	}
	remembered := c.rememberGroups(ctx, &plan)
	var missing []Topic
	names := make([]string, len(topics))
	for i, t := range topics {
		names[i] = t.Name
		if plan.Of(t.Name).Standing == Missing {
			missing = append(missing, t)
		}
	}
	if remembered != nil && (len(missing) > 0 || !unauthorized(remembered)) {
		// Without the right to create a topic, a lab can still use those that are there. No clean-up deletes its groups then.
		return plan, remembered
	}
	ctx, cancel := context.WithTimeout(ctx, agreeTimeout)
	defer cancel()
	made, err := c.create(ctx, plan.Replicas, missing)
	if err == nil { // else they would be waited for in vain
		err = c.learnTopicIDs(ctx, names)
	}
	if err != nil {
		return plan, err
	}
	faster, err := c.settleMarks(ctx, made)
	if err != nil || !faster {
		return plan, err
	}
	return c.Plan(ctx, topics, groups...)
}

// Use is Furnish for whoever creates no topic: it asks before the first write and remembers the groups. Topics that are
// missing stay so.
func (c *Cluster) Use(ctx context.Context, topics []Topic, groups ...string) error {
	if err := c.writable(); err != nil {
		return err
	}
	plan, err := c.Plan(ctx, topics, groups...)
	if err != nil {
		return err
	}
	plan.Topics = slices.DeleteFunc(plan.Topics, func(t PlannedTopic) bool { return t.Standing == Missing })
	if err := c.confirm(ctx, plan); err != nil {
		return err
	}
	if err := c.rememberGroups(ctx, &plan); !unauthorized(err) {
		return err
	}
	return nil // as with Furnish: no clean-up deletes its groups then
}

// confirm asks once.
func (c *Cluster) confirm(ctx context.Context, plan Plan) error {
	if c.Embedded() || c.confirmed.Load() {
		return nil
	}
	if c.cfg.Confirm == nil {
		return phrase.Errorf("write to %s: %w", plan.Where(), ErrUnconfirmed)
	}
	if err := c.cfg.Confirm(ctx, plan); err != nil {
		return err
	}
	c.confirmed.Store(true)
	return nil
}

// rememberGroups remembers the groups of the plan that are still missing: whoever was asked may have taken minutes, and
// a group that somebody made meanwhile is his.
func (c *Cluster) rememberGroups(ctx context.Context, plan *Plan) error {
	missing := slices.ContainsFunc(plan.Groups, func(g PlannedGroup) bool { return g.Standing == Missing })
	if c.Embedded() || !missing {
		return nil
	}
	names := make([]string, len(plan.Groups))
	for i, g := range plan.Groups {
		names[i] = g.Name
	}
	now, err := c.Plan(ctx, nil, names...)
	if err != nil {
		return err
	}
	var things []keepsake
	plan.Groups = now.Groups
	for _, g := range plan.Groups {
		if g.Standing == Missing {
			things = append(things, keepsake{Kind: groupKind, Name: c.names.full(g.Name), At: time.Now().UTC()})
		}
	}
	return c.remember(ctx, things...)
}

// create creates topics, and remembers the ids that the brokers give at once. What it returns is still to be settled.
func (c *Cluster) create(ctx context.Context, replicas int, topics []Topic) ([]keepsake, error) {
	if len(topics) == 0 {
		return nil, nil
	}
	things := make([]keepsake, len(topics))
	for i, t := range topics {
		// At least a day, Kafka's default, and within what hosted clusters accept, which is two years.
		mark := (24 * time.Hour).Milliseconds() + rand.Int64N(1<<35)
		things[i] = keepsake{Kind: topicKind, Name: c.names.full(t.Name), Mark: strconv.FormatInt(mark, 10), At: time.Now().UTC()}
	}
	if !c.Embedded() {
		if err := c.remember(ctx, things...); err != nil {
			return nil, err
		}
	}
	for i, t := range topics {
		id, err := c.createOne(ctx, replicas, t, things[i].Mark)
		if err != nil {
			return nil, err
		}
		if c.Embedded() || id == (kadm.TopicID{}) {
			continue
		}
		things[i].ID = id.String()
		if err := c.remember(ctx, things[i]); err != nil {
			return nil, err
		}
	}
	return things, nil
}

// createOne returns the id of the topic that it created. It is zero where somebody else was faster, and where the brokers
// do not say: before Kafka 2.8, and embedded ones.
func (c *Cluster) createOne(ctx context.Context, replicas int, t Topic, mark string) (kadm.TopicID, error) {
	settings := map[string]*string{}
	if !c.Embedded() {
		settings = replicated(replicas)
		settings[markConfig] = &mark
	}
	settings["max.message.bytes"] = kadm.StringPtr(strconv.Itoa(t.MaxBytes))
	created, err := c.admin.CreateTopic(ctx, int32(t.Partitions), int16(replicas), settings, c.names.full(t.Name))
	if errors.Is(err, kerr.TopicAlreadyExists) {
		return kadm.TopicID{}, nil
	}
	if err != nil {
		return kadm.TopicID{}, phrase.Errorf("create topic %s with %d partitions: %w", c.names.full(t.Name), t.Partitions, inWords(explained(err, created.ErrMessage)))
	}
	c.limit(t.Name, t.MaxBytes)
	return created.ID, nil
}

// settleMarks remembers the ids of topics that were just created, and forgets the records of those that somebody else was
// faster to create.
func (c *Cluster) settleMarks(ctx context.Context, things []keepsake) (faster bool, err error) {
	if len(things) == 0 || c.Embedded() {
		return false, nil
	}
	names := make([]string, len(things))
	for i, k := range things {
		names[i] = k.Name
	}
	there, err := c.look(ctx, names...)
	if err != nil {
		return false, err
	}
	var known, lost []keepsake
	for _, k := range things {
		t := there[k.Name]
		switch {
		case k.ID == "" && t.name != "" && t.mark == "": // who may not read the mark cannot tell: the record waits for somebody who may
		case !k.of(t):
			lost = append(lost, k)
		case k.ID == "" && t.id != kadm.TopicID{}:
			k.ID = t.id.String()
			known = append(known, k)
		}
	}
	return len(lost) > 0, errors.Join(c.remember(ctx, known...), c.forget(ctx, lost...))
}

// standing is a topic as it is there now.
type standing struct {
	name       string // as the brokers know it
	id         kadm.TopicID
	partitions int
	mark       string // empty: not known
	policy     string // its cleanup.policy; empty: not known
	maxBytes   int    // 0: not known
}

// look looks up topics by their full names. One that is not there is absent.
func (c *Cluster) look(ctx context.Context, names ...string) (map[string]standing, error) {
	there, err := c.present(ctx, names)
	if err != nil || len(there) == 0 {
		return nil, err
	}
	configs, err := c.admin.DescribeTopicConfigs(ctx, slices.Collect(maps.Keys(there))...)
	if unauthorized(err) {
		return there, nil // whoever may not read the settings may use the topic all the same
	}
	if err != nil {
		return nil, phrase.Errorf("look up the settings of the topics %v: %w", names, inWords(err))
	}
	for _, r := range configs {
		if errors.Is(r.Err, kerr.UnknownTopicOrPartition) && pause(ctx, knownSoon) == nil {
			return c.look(ctx, names...) // the broker that was asked has not heard of it yet
		}
		there[r.Name] = there[r.Name].with(r.Configs)
	}
	return there, nil
}

// present asks a broker which of the topics are there. kadm would answer from a cache, in which a topic that nobody asked
// for before is missing.
func (c *Cluster) present(ctx context.Context, names []string) (map[string]standing, error) {
	req := kmsg.NewPtrMetadataRequest()
	req.Topics = []kmsg.MetadataRequestTopic{} // nil would mean all of them
	for _, name := range names {
		topic := kmsg.NewMetadataRequestTopic()
		topic.Topic = kmsg.StringPtr(name)
		req.Topics = append(req.Topics, topic)
	}
	resp, err := req.RequestWith(ctx, c.client)
	if err != nil {
		return nil, phrase.Errorf("look up the topics %v: %w", names, err)
	}
	there := map[string]standing{}
	for _, t := range resp.Topics {
		err := kerr.ErrorForCode(t.ErrorCode)
		switch {
		case t.Topic == nil, errors.Is(err, kerr.UnknownTopicOrPartition):
		case err != nil && len(t.Partitions) == 0: // with partitions it is about their leaders
			return nil, phrase.Errorf("look up topic %s: %w", *t.Topic, err)
		default:
			there[*t.Topic] = standing{name: *t.Topic, id: t.TopicID, partitions: len(t.Partitions)}
		}
	}
	return there, nil
}

func (s standing) with(settings []kadm.Config) standing {
	for _, setting := range settings {
		switch setting.Key {
		case markConfig:
			s.mark = setting.MaybeValue()
		case "cleanup.policy":
			s.policy = setting.MaybeValue()
		case "max.message.bytes":
			s.maxBytes, _ = strconv.Atoi(setting.MaybeValue())
		}
	}
	return s
}
