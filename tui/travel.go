package tui

import (
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"blackfriday/kafka/phrase"
)

// farStep is how far the keys for a larger step go through the replay.
const farStep = 5 * time.Second

// travel takes the keys that stop the screen, go back and forth through the last two minutes, and return.
func (m *model) travel(msg tea.KeyPressMsg) bool {
	k := m.keys
	switch {
	case key.Matches(msg, k.Freeze):
		m.freeze()
	case key.Matches(msg, k.Earlier):
		m.wander(func(r *replay) bool { return r.step(-1) })
	case key.Matches(msg, k.Later):
		m.wander(func(r *replay) bool { return r.step(1) })
	case key.Matches(msg, k.EarlierFar):
		m.wander(func(r *replay) bool { return r.skip(-farStep) })
	case key.Matches(msg, k.LaterFar):
		m.wander(func(r *replay) bool { return r.skip(farStep) })
	case key.Matches(msg, k.PreviousRebalance):
		m.wander(func(r *replay) bool { return r.jump(false) })
	case key.Matches(msg, k.NextRebalance):
		m.wander(func(r *replay) bool { return r.jump(true) })
	default:
		return false
	}
	return true
}

// freeze stops the screen, or shows the live lab again.
func (m *model) freeze() {
	if m.replay != nil {
		m.replay = nil
		return
	}
	m.replay = newReplay(m.past, m.live, m.scale)
}

// wander moves through the replay, which a first step back begins. Where there is no way to go it says so.
func (m *model) wander(move func(*replay) bool) {
	r, began := m.replay, false
	if r == nil {
		r, began = newReplay(m.past, m.live, m.scale), true
	}
	switch {
	case move(r):
		m.replay, m.message = r, message{}
	case began:
		m.tell(phrase.New("This is the live lab; there is nothing to replay that way."), false)
	default:
		m.tell(phrase.New("The replay has nothing more that way. Space shows the live lab."), false)
	}
}

// chooseBy moves the choice in the list of rebalances.
func (m *model) chooseBy(by int) {
	s := m.shown()
	r, ok := rebalanceOf(s, m.chosen)
	if !ok {
		return
	}
	for i := range s.Rebalances {
		if s.Rebalances[i].ID == r.ID {
			m.chosen = s.Rebalances[min(max(i+by, 0), len(s.Rebalances)-1)].ID
			return
		}
	}
}
