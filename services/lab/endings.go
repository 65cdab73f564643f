package lab

import (
	"context"
	"errors"
	"slices"
	"strings"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
)

// stopInstances has every living member finish, commit and leave, all at once, and waits until they have. It runs beside
// the lab's goroutine, which only hears notes by then.
func (s *state) stopInstances(ctx context.Context) error {
	for _, i := range s.instances {
		if i.life != nil {
			i.life.leave()
		}
	}
	for _, i := range s.instances {
		if i.life == nil {
			continue
		}
		select {
		case <-i.life.ended:
		case <-ctx.Done():
			// It does not end politely: end it all the same.
			i.life.member.Crash()
			<-i.life.ended
			i.life.member.Release()
		}
	}
	s.lives.Wait()
	return nil
}

// endedLife: everything that the life had started has ended.
func (s *state) endedLife(l *life, err error) {
	i := l.instance
	if i.life != l || i.health == Crashed {
		return
	}
	var fatal *kafka.FatalError
	if errors.As(err, &fatal) {
		s.diedOf(l, fatal)
		return
	}
	i.become(Left)
	if unheard := (*kafka.UnheardError)(nil); errors.As(err, &unheard) {
		s.feed.add(Warn, i.name, i.number, "%v.", unheard)
		return
	}
	if err != nil {
		s.feed.add(Warn, i.name, i.number, "%s stopped, but its goodbye failed: %s", i.name, inOneLine{err})
		return
	}
	s.feed.add(Info, i.name, i.number, "%s has left the group.", i.name)
}

// inOneLine says errors that were joined in one line.
type inOneLine struct{ err error }

// In implements phrase.Speaker.
func (o inOneLine) In(l *phrase.Language) string {
	return strings.ReplaceAll(phrase.Say(l, o.err), "\n", "; ")
}

// bury frees the connections of crashed lives that the brokers have given up, by a reading that can know.
func (s *state) bury(r kafka.Reading) {
	for _, i := range s.instances {
		g := r.Groups[roleOf(i.kind).Group]
		i.bereaved = slices.DeleteFunc(i.bereaved, func(l *life) bool {
			if g.Err != nil || !r.At.After(l.crashedAt) || l.listedIn(g) {
				return false
			}
			l.member.Release()
			if l.memberID != "" {
				s.feed.add(Info, "kafka", i.number, "Kafka gave %s up %s after it died.", i.name, phrase.Seconds(r.At.Sub(l.crashedAt)))
			}
			return true
		})
	}
}

// listed says whether the newest reading still counts the life as a member.
func (s *state) listed(l *life) bool {
	return l.listedIn(s.reading.Groups[roleOf(l.instance.kind).Group])
}
