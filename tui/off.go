package tui

import (
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"blackfriday/services/lab"
)

// need is a key with the commands that it is for.
type need struct {
	key      *key.Binding
	commands []lab.Command
}

// needs are the keys that are for nothing else than commands which a cluster may not allow.
func (k *KeyMap) needs() []need {
	return []need{
		{&k.Flood, []lab.Command{lab.Flood{}}}, {&k.FloodChoose, []lab.Command{lab.Flood{}}},
		{&k.Pills, []lab.Command{lab.Poison{}}}, {&k.PillChoose, []lab.Command{lab.Poison{}}},
		{&k.Add, []lab.Command{lab.AddConsumer{}}}, {&k.Restart, []lab.Command{lab.Restart{}}},
		{&k.Grow, []lab.Command{lab.GrowPartitions{}, lab.RecreateTopics{}}},
	}
}

// whyOff is why none of the commands is allowed; empty where one is.
func (n need) whyOff(s *lab.Snapshot) string {
	why := ""
	for _, c := range n.commands {
		if why = s.WhyNot(c); why == "" {
			return ""
		}
	}
	return why
}

// refusal is why a key is off; empty where it is not.
func (k KeyMap) refusal(msg tea.KeyPressMsg, s *lab.Snapshot) string {
	for _, n := range k.needs() {
		if key.Matches(msg, *n.key) {
			return n.whyOff(s)
		}
	}
	return ""
}

// allowed is the KeyMap with the keys disabled that the cluster makes useless.
func (k KeyMap) allowed(s *lab.Snapshot) KeyMap {
	for _, n := range k.needs() {
		n.key.SetEnabled(n.whyOff(s) == "")
	}
	return k
}

// refuse says why nothing is done.
func (m *model) refuse(why string) {
	m.message = message{text: "Off: " + why, bad: true, at: m.now}
}

// mute disables those bindings that the cluster makes useless.
func (k KeyMap) mute(all []key.Binding, s *lab.Snapshot) []key.Binding {
	for _, n := range k.needs() {
		if n.whyOff(s) == "" {
			continue
		}
		for i := range all {
			if slices.Equal(all[i].Keys(), n.key.Keys()) {
				all[i].SetEnabled(false)
			}
		}
	}
	return all
}
