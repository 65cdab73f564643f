package tui

import (
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// observing is the answer to a key that would write something, in a lab that only observes.
func observing() phrase.Phrase {
	return phrase.New("This lab only observes: it runs no service and writes nothing.")
}

// writing are the keys that change something on the cluster, or in the lab that works on it.
func (k *KeyMap) writing() []*key.Binding {
	return []*key.Binding{
		&k.Flood, &k.FloodChoose, &k.Pills, &k.PillChoose, &k.Add, &k.Kill, &k.Stop, &k.Restart, &k.Delay,
		&k.Protocol, &k.Grow, &k.MessageKey, &k.Guarantee, &k.Policy, &k.Redrive, &k.Edit, &k.Produce,
	}
}

// writes says that a key would change something on the cluster, or in the lab that works on it.
func (k KeyMap) writes(msg tea.KeyPressMsg) bool {
	return slices.ContainsFunc(k.writing(), func(b *key.Binding) bool { return key.Matches(msg, *b) })
}

// missing names the topics that the brokers do not have.
func missing(s *lab.Snapshot) []string {
	var names []string
	for _, t := range s.Topics {
		if t.Missing {
			names = append(names, s.Cluster.Prefix+t.Name)
		}
	}
	return names
}

// missingNotice says which topics there are not.
func (st *styles) missingNotice(names []string, w int) string {
	text := " " + st.g.attention + " " + st.count(int64(len(names)), "%s topic is not there:", "%s topics are not there:") + " "
	return st.warn.Render(text) + visible(fitted(names, ", ", w-width(text)-1), w, st.ascii)
}
