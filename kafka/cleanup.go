package kafka

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/kerr"

	"blackfriday/kafka/phrase"
)

// ErrInUse is wrapped by the error of whoever would delete what members of a group work with.
var ErrInUse = phrase.Errorf("stop the labs and services that they are of, or wait until the session of the dead times out, then try again")

// Belongings is the plan of everything that the registry remembers under the prefix: what a CleanUp deletes is Made in it,
// what is Found is somebody else's by now, and what is Missing is gone already. A group that was there before a lab is in it
// while its members read what a CleanUp would delete.
func (c *Cluster) Belongings(ctx context.Context) (Plan, error) {
	if c.Embedded() {
		return Plan{}, phrase.Errorf("the embedded cluster is the lab's own: there is nothing to clean up on it")
	}
	ctx, cancel := context.WithTimeout(ctx, 2*answerTimeout)
	defer cancel()
	things, err := c.keepsakes(ctx)
	if err != nil {
		return Plan{}, err
	}
	var topics []Topic
	var groups []string
	seen := map[string]bool{}
	for _, k := range things {
		name, ok := c.names.short(k.Name)
		if !ok || seen[k.Kind+name] {
			continue
		}
		seen[k.Kind+name] = true
		switch k.Kind {
		case topicKind:
			topics = append(topics, Topic{Name: name})
		case groupKind:
			groups = append(groups, name)
		}
	}
	plan, err := c.Plan(ctx, topics, groups...)
	if err != nil {
		return plan, err
	}
	plan.Alive = c.showingLife(things)
	others := slices.DeleteFunc([]string{OrderGroup, EmailGroup, AnalyticsGroup}, func(g string) bool { return slices.Contains(groups, g) })
	guests, err := c.planGroups(ctx, nil, others)
	for _, g := range guests {
		if plan.feeds(g) {
			plan.Groups = append(plan.Groups, g)
		}
	}
	return plan, err
}

// feeds says that members of the group read a topic that the lab made.
func (p Plan) feeds(g PlannedGroup) bool {
	return slices.ContainsFunc(g.reads, func(topic string) bool { return p.Of(topic).Standing == Made })
}

// Vacant is nil when nobody works with what a CleanUp of the plan would delete. The error is one sentence: it names the
// groups with their members and who shows life, and wraps ErrInUse. Other producers nobody sees: they are in no group.
func (p Plan) Vacant() error {
	var busy []string
	for _, g := range p.Groups {
		if len(g.Members) > 0 && (g.Standing == Made || p.feeds(g)) {
			busy = append(busy, fmt.Sprintf("%s%s (%s)", p.Prefix, g.Name, strings.Join(g.Members, ", ")))
		}
	}
	switch {
	case len(busy) == 0 && len(p.Alive) == 0:
		return nil
	case len(busy) == 0:
		return phrase.Errorf("nothing is deleted while a lab or service runs that may write to what would go, %s: %w", strings.Join(p.Alive, ", "), ErrInUse)
	case len(p.Alive) > 0:
		return phrase.Errorf("nothing is deleted while a lab or service runs that may write to what would go, %s, and there are members in %s: %w",
			strings.Join(p.Alive, ", "), strings.Join(busy, ", "), ErrInUse)
	}
	return phrase.Errorf("nothing is deleted while there are members in %s: %w", strings.Join(busy, ", "), ErrInUse)
}

// CleanUp deletes what is Made in a plan of Belongings, and at last the registry. As long as somebody works with it, it
// deletes nothing: the error is that of Vacant. CleanUp may be called again, also after it was interrupted: it goes on
// with what is left.
func (c *Cluster) CleanUp(ctx context.Context, plan Plan) error {
	if err := c.writable(); err != nil {
		return err
	}
	now, err := c.Belongings(ctx) // the plan may be as old as an answer took
	if err = firstError(err, now.Vacant()); err != nil {
		return err
	}
	things, err := c.keepsakes(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, g := range plan.Groups {
		if err := c.cleanGroup(ctx, g); errors.Is(err, ErrInUse) {
			return err // somebody came right now, and wants the topics
		} else if err != nil {
			errs = append(errs, err)
			continue
		}
		errs = append(errs, c.forgetNamed(ctx, things, groupKind, g.Name))
	}
	for _, t := range plan.Topics {
		if t.Standing == Made {
			if err := c.deleteTopic(ctx, t); err != nil {
				errs = append(errs, err)
				continue
			}
		}
		errs = append(errs, c.forgetNamed(ctx, things, topicKind, t.Name))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return c.closeRegistry(ctx)
}

func (c *Cluster) cleanGroup(ctx context.Context, g PlannedGroup) error {
	if g.Standing != Made {
		return nil
	}
	err := c.deleteGroups(ctx, g.Name)
	if errors.Is(err, kerr.NonEmptyGroup) {
		return phrase.Errorf("%w; %w", err, ErrInUse)
	}
	return err
}

// forgetNamed takes everything of a name out of the registry.
func (c *Cluster) forgetNamed(ctx context.Context, things []keepsake, kind, name string) error {
	var of []keepsake
	for _, k := range things {
		if k.Kind == kind && k.Name == c.names.full(name) {
			of = append(of, k)
		}
	}
	return c.forget(ctx, of...)
}

// closeRegistry deletes the registry once it remembers nothing but that a lab made it. One that somebody else made stays,
// and so does one in which another lab remembers something by now: that is an error.
func (c *Cluster) closeRegistry(ctx context.Context) error {
	things, err := c.keepsakes(ctx)
	if err != nil {
		return err
	}
	there, err := c.present(ctx, []string{c.names.full(madeTopic)})
	if err != nil {
		return err
	}
	s, made := there[c.names.full(madeTopic)], false
	for _, k := range things {
		if k.Kind == aliveKind && !k.living() {
			continue
		}
		if k.Kind != registryKind {
			return phrase.Errorf("the %s %s was made while this was deleted: clean up again", k.Kind, k.Name)
		}
		made = made || k.of(s)
	}
	if !made {
		return nil
	}
	c.registered.Store(false)
	return c.deleteTopic(ctx, PlannedTopic{Name: madeTopic, id: s.id})
}
