package tui

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/sahilm/fuzzy"

	"blackfriday/kafka/phrase"
	"blackfriday/services/event"
	"blackfriday/services/lab"
)

// finder finds every action by its name. While it is open, every key belongs to it.
type finder struct {
	box    field
	deeds  []named
	found  []int // the deeds that fit what is typed, the best first
	cursor int
}

// named is something to do, by its name.
type named struct {
	says phrase.Speaker
	key  string      // that does it, too; empty where none does
	does lab.Command // nil where it is not the lab that does it
	run  action
}

// openFinder lists what can be done now.
func (m *model) openFinder() {
	p := &finder{box: newField("", "", false), deeds: slices.Concat(m.keyDeeds(), m.commandDeeds(), m.questionDeeds(), lookDeeds(), themeDeeds())}
	p.box.area.Focus() // it has nothing to do but to blink, and does not
	p.find(m.lang)
	m.finder = p
}

// keyDeeds are the keys that do something by themselves.
func (m *model) keyDeeds() (deeds []named) {
	answering := m.keys.Sections()[len(m.keys.Sections())-1].Keys
	for _, section := range m.keys.Sections() {
		for _, b := range section.Keys {
			msg, ok := typedBy(b)
			if !ok || slices.ContainsFunc(answering, func(a key.Binding) bool { return slices.Equal(a.Keys(), b.Keys()) }) {
				continue
			}
			home, away := m.keys.pageOf(b)
			deeds = append(deeds, named{says: phrase.Named(b.Help().Desc), key: b.Help().Key, run: func(m *model) tea.Cmd {
				if !away || m.reads() {
					return m.press(msg)
				}
				first, _ := typedBy(home)
				return tea.Batch(m.press(first), m.press(msg))
			}})
		}
	}
	for _, b := range []key.Binding{m.keys.Help, m.keys.Quit} {
		msg, _ := typedBy(b)
		deeds = append(deeds, named{says: phrase.Named(b.Help().Desc), key: b.Help().Key, run: func(m *model) tea.Cmd { return m.press(msg) }})
	}
	return deeds
}

// pageOf is the key of the page on which alone a key means something; away is false for one that means the same everywhere.
func (k KeyMap) pageOf(b key.Binding) (home key.Binding, away bool) {
	is := func(list ...key.Binding) bool {
		return slices.ContainsFunc(list, func(other key.Binding) bool { return slices.Equal(other.Keys(), b.Keys()) })
	}
	switch {
	case is(k.Redrive, k.Edit, k.Mark, k.Export):
		return k.Letters, true
	case is(k.Where, k.InPartition, k.Live, k.Produce, k.Filter, k.Again, k.Follow):
		return k.Messages, true
	}
	return key.Binding{}, false
}

// commandDeeds are what the lab can be asked for, each by its own name.
func (m *model) commandDeeds() (deeds []named) {
	for _, c := range m.commands() {
		deeds = append(deeds, named{says: intent(c), does: c, run: func(m *model) tea.Cmd {
			if m.live.Observing {
				m.tell(observing(), true)
				return nil
			}
			return m.do(c)
		}})
	}
	return deeds
}

// commands are those that choosers offer, and for each consumer and broker what can be done to it.
func (m *model) commands() (list []lab.Command) {
	for _, n := range []int{1, 10, 5_000, 10_000, 100_000, lab.MaxFlood} {
		list = append(list, lab.Flood{Count: n})
	}
	for _, i := range instances(m.live) {
		switch {
		case i.Outside > 0:
		case i.Health == lab.Crashed || i.Health == lab.Left:
			list = append(list, lab.Restart{Name: i.Name})
		default:
			list = append(list, lab.Kill{Name: i.Name}, lab.Stop{Name: i.Name})
		}
	}
	for delay, more := time.Duration(0), true; more; more = delay > 0 {
		list = append(list, lab.SetDelay{Delay: delay})
		delay = nextDelay(delay)
	}
	for _, n := range []int{3, 6, 12} {
		if n > len(m.live.Partitions) {
			list = append(list, lab.GrowPartitions{Count: n})
		}
	}
	for _, p := range lab.PoisonPolicies() {
		list = append(list, lab.SetPoison{Policy: p})
	}
	for _, g := range guarantees() {
		list = append(list, lab.SetGuarantee{Guarantee: g.name})
	}
	for _, p := range protocols() {
		list = append(list, lab.SetProtocol{Protocol: p.command})
	}
	for _, k := range []lab.Key{lab.KeyNone, lab.KeyUser, lab.KeyVIP} {
		list = append(list, lab.SetKey{Key: k})
	}
	for _, b := range m.live.Brokers {
		switch {
		case b.Fixed || m.live.Cluster.Kind() != lab.ClusterEmbedded:
		case b.State == lab.BrokerGone:
			list = append(list, lab.StartBroker{ID: b.ID})
		default:
			list = append(list, lab.StopBroker{ID: b.ID})
		}
	}
	for _, every := range commitIntervals() {
		list = append(list, lab.SetCommitInterval{Every: every})
	}
	for _, p := range m.options.Pills {
		list = append(list, lab.Poison{Pills: []string{p.Name}})
	}
	return list
}

// lookDeeds are what changes how the screen looks, and has no key.
func lookDeeds() []named {
	return []named{{says: phrase.New("motion: on, off"), run: func(m *model) tea.Cmd {
		m.toggleMotion()
		return nil
	}}}
}

// questionDeeds are what asks first, because it deletes something.
func (m *model) questionDeeds() (deeds []named) {
	for n, text := range m.guide.texts {
		deeds = append(deeds, named{says: phrase.New("%s: %s", phrase.New("checkpoint %d", n), text.Title), run: func(m *model) tea.Cmd {
			m.guide.open, m.dialog = true, m.beginDialog(n)
			return nil
		}})
	}
	for _, n := range []int{1, 3, 6, 12} {
		c := lab.RecreateTopics{Partitions: n}
		deeds = append(deeds, named{says: intent(c), does: c, run: func(m *model) tea.Cmd {
			m.dialog = confirmRecreate(m.st, n)
			return nil
		}})
	}
	return deeds
}

// find looks what fits: in the language of the screen, and in English, which is what the keys are letters of.
func (p *finder) find(l *phrase.Language) {
	p.cursor, p.found = 0, nil
	typed := strings.TrimSpace(folded(p.box.area.Value()))
	if typed == "" {
		for i := range p.deeds {
			p.found = append(p.found, i)
		}
		return
	}
	score := map[int]int{}
	for _, lang := range slices.Compact([]*phrase.Language{l, nil}) {
		names := make([]string, len(p.deeds))
		for i, d := range p.deeds {
			names[i] = folded(d.says.In(lang))
		}
		for _, match := range fuzzy.Find(typed, names) {
			worth := match.Score + asWritten(match.Str, typed)
			if old, ok := score[match.Index]; !ok || worth > old {
				score[match.Index] = worth
			}
		}
	}
	for i := range p.deeds {
		if _, ok := score[i]; ok {
			p.found = append(p.found, i)
		}
	}
	slices.SortStableFunc(p.found, func(a, b int) int { return cmp.Compare(score[b], score[a]) })
}

// asWritten is what it is worth that a name has what is typed as it stands, most at its beginning: more than whatever letters of
// it are worth here and there.
func asWritten(name, typed string) int {
	switch {
	case strings.HasPrefix(name, typed):
		return 2_000
	case strings.Contains(name, " "+typed):
		return 1_000
	}
	return 0
}

// pressFinder takes a key for the finder.
func (m *model) pressFinder(msg tea.KeyPressMsg) tea.Cmd {
	p, k := m.finder, m.keys
	switch {
	case key.Matches(msg, k.Back):
		m.finder = nil
	case key.Matches(msg, k.Choose):
		return m.runFound(p)
	case key.Matches(msg, k.Next):
		p.cursor = min(p.cursor+1, max(len(p.found)-1, 0))
	case key.Matches(msg, k.Previous):
		p.cursor = max(p.cursor-1, 0)
	default:
		msg.Text = typeable(msg.Text)
		p.box.area, _ = p.box.area.Update(msg) // what it would like to do is to read the clipboard
		p.find(m.lang)
	}
	return nil
}

// runFound does what the cursor is at.
func (m *model) runFound(p *finder) tea.Cmd {
	if p.cursor >= len(p.found) {
		return nil
	}
	m.finder = nil
	return p.deeds[p.found[p.cursor]].run(m)
}

// paste puts a text into the box.
func (p *finder) paste(text string, l *phrase.Language) {
	f := &form{fields: []field{p.box}}
	f.paste(text)
	p.box = f.fields[0]
	p.find(l)
}

// finderRows is how many actions are listed at once: the partitions stay in sight.
func finderRows(h int) int { return max(min(12, h-16), 1) }

// finderLines draws the finder as a frame of at most w by h cells.
func finderLines(st *styles, p *finder, s *lab.Snapshot, w, h int) []string {
	inner := min(w-6, 74)
	body := st.fieldLines(&p.box, inner, 1, true)[1:]
	rows := finderRows(h)
	from, to, more := window(len(p.found), rows, around(p.cursor, len(p.found), rows))
	for i := from; i < to; i++ {
		body = append(body, st.deedLine(p.deeds[p.found[i]], i == p.cursor, inner, s))
	}
	switch {
	case len(p.found) == 0:
		body = append(body, "  "+st.warn.Render(st.t("Nothing is called that, in no language.")))
	case more > 0:
		body = append(body, st.muted.Render("  "+st.t("+%d more", more)))
	}
	for len(body) < rows+2 { // the frame does not jump while somebody types
		body = append(body, "")
	}
	return st.frame(st.t("What do you want to do?"), body, inner)
}

// deedLine is one line of the finder.
func (st *styles) deedLine(d named, chosen bool, w int, s *lab.Snapshot) string {
	right := ""
	if d.key != "" {
		right = st.key.Render(st.keys(d.key)) + " "
	}
	if d.does != nil && !s.WhyNot(d.does).Empty() {
		right = st.warn.Render(st.g.attention + " " + st.t("off") + " ")
	}
	name := cut(event.Visible(st.spoken(d.says)), w-3-width(right), st.ascii)
	if !chosen {
		return "  " + st.ends(name, right, w-2)
	}
	return under(st.ends(st.key.Render(st.g.cursor)+" "+st.strong.Render(name), right, w), st.selected)
}

// finderKeys are the keys that work in the finder.
func (k KeyMap) finderKeys() []key.Binding {
	return []key.Binding{short(k.Choose, "enter", "do it"), short(k.Next, "up down", "choose"), short(k.Back, "esc", "back")}
}
