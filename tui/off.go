package tui

import (
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// need is a key with the commands that it is for, and the topics that it writes to.
type need struct {
	key      *key.Binding
	commands []lab.Command
	topic    string
}

// needs are the keys that are for nothing else than what a cluster may not allow. topic is where a message would be written by
// hand.
func (k *KeyMap) needs(topic string) []need {
	return []need{
		{key: &k.Flood, commands: []lab.Command{lab.Flood{}}}, {key: &k.FloodChoose, commands: []lab.Command{lab.Flood{}}},
		{key: &k.Pills, commands: []lab.Command{lab.Poison{}}}, {key: &k.PillChoose, commands: []lab.Command{lab.Poison{}}},
		{key: &k.Add, commands: []lab.Command{lab.AddConsumer{}}}, {key: &k.Restart, commands: []lab.Command{lab.Restart{}}},
		{key: &k.Grow, commands: []lab.Command{lab.GrowPartitions{}, lab.RecreateTopics{}}},
		{key: &k.Redrive, topic: "payment-successful"}, {key: &k.Edit, topic: "payment-successful"}, {key: &k.Produce, topic: topic},
	}
}

// whyOff is why nothing of what the key is for is allowed; empty where something is.
func (n need) whyOff(s *lab.Snapshot) phrase.Phrase {
	why := s.Can.Write(n.topic)
	for _, c := range n.commands {
		if why = s.WhyNot(c); why.Empty() {
			return phrase.Phrase{}
		}
	}
	return why
}

// refusal is why a key is off; empty where it is not.
func (k KeyMap) refusal(msg tea.KeyPressMsg, s *lab.Snapshot, topic string) phrase.Phrase {
	for _, n := range k.needs(topic) {
		if key.Matches(msg, *n.key) {
			return n.whyOff(s)
		}
	}
	return phrase.Phrase{}
}

// allowed is the KeyMap with the keys disabled that the cluster makes useless, or that would write where the lab only observes.
func (k KeyMap) allowed(s *lab.Snapshot, topic string) KeyMap {
	for _, n := range k.needs(topic) {
		n.key.SetEnabled(n.whyOff(s).Empty())
	}
	for _, b := range k.writing() {
		b.SetEnabled(b.Enabled() && !s.Observing)
	}
	return k
}

// off is the answer to what the cluster does not allow.
func off(why phrase.Phrase) phrase.Phrase { return phrase.New("Off: %s", why) }

// refuse says why nothing is done.
func (m *model) refuse(why phrase.Phrase) { m.tell(off(why), true) }

// mute disables those bindings that the cluster makes useless.
func (k KeyMap) mute(all []key.Binding, s *lab.Snapshot, topic string) []key.Binding {
	for _, n := range k.needs(topic) {
		if n.whyOff(s).Empty() {
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
