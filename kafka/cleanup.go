package kafka

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/twmb/franz-go/pkg/kadm"
)

// ErrInUse is wrapped by the error of whoever would delete a group that has members.
var ErrInUse = errors.New("stop its members, or wait until their session times out")

// Belongings is the plan of everything that the registry remembers under the prefix: what a CleanUp deletes is Made in it,
// what is Found is somebody else's by now, and what is Missing is gone already.
func (c *Cluster) Belongings(ctx context.Context) (Plan, error) {
	if c.Embedded() {
		return Plan{}, errors.New("the embedded cluster is the lab's own: there is nothing to clean up on it")
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
	return c.Plan(ctx, topics, groups...)
}

// CleanUp deletes what is Made in a plan of Belongings, and at last the registry. A group with members is left, and
// remembered, with an error that names them. CleanUp may be called again, also after it was interrupted: it goes on with
// what is left.
func (c *Cluster) CleanUp(ctx context.Context, plan Plan) error {
	if err := c.writable(); err != nil {
		return err
	}
	things, err := c.keepsakes(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, g := range plan.Groups {
		if err := c.cleanGroup(ctx, g); err != nil {
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
	if len(g.Members) > 0 {
		return fmt.Errorf("the group %s has members: %s: %w", c.names.full(g.Name), strings.Join(g.Members, ", "), ErrInUse)
	}
	return c.deleteGroups(ctx, g.Name)
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

// closeRegistry deletes the registry, unless it remembers more than itself by now, or was not made by a lab.
func (c *Cluster) closeRegistry(ctx context.Context) error {
	things, err := c.keepsakes(ctx)
	if err != nil {
		return err
	}
	there, err := c.present(ctx, []string{c.names.full(madeTopic)})
	if err != nil {
		return err
	}
	s, ok := there[c.names.full(madeTopic)]
	for _, k := range things {
		ok = ok && k.Kind == registryKind && k.of(s)
	}
	if !ok || s.id == (kadm.TopicID{}) && len(things) == 0 {
		return nil
	}
	c.registered.Store(false)
	return c.deleteTopic(ctx, PlannedTopic{Name: madeTopic, id: s.id})
}
