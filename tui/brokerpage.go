package tui

import (
	"fmt"
	"slices"
	"strings"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// simulated is what is said wherever the embedded brokers could be taken for real ones.
func simulated() phrase.Phrase {
	return phrase.New("simulated: the embedded broker does not replicate")
}

// brokerTitle is the heading of the page of the brokers.
func brokerTitle(st *styles, s *lab.Snapshot, w int) string {
	up := 0
	for _, b := range s.Brokers {
		if answers(s, b) {
			up++
		}
	}
	right := st.muted.Render(" " + st.say(simulated()) + " ")
	if !s.Placement.Simulated {
		right = " " + st.replication(s) + " "
	}
	head := " " + st.title.Render(st.t("BROKERS")) + " " + st.say(phrase.Count(int64(up), "%s of %d answers", "%s of %d answer", len(s.Brokers))) + " "
	if old := st.staleWord(s); old != "" {
		head += st.alarm.Render(" "+old+" ") + " "
	}
	if s.Placement.Simulated && width(head)+width(right) > w {
		right = st.muted.Render(" " + st.t("simulated") + " ")
	}
	return st.ruled(head, right, w)
}

// answers says that a broker is well, as far as anybody knows.
func answers(s *lab.Snapshot, b lab.Broker) bool { return b.State == lab.BrokerUp && !s.Reading.Lost }

// replication says how many partitions lack copies or a leader. That all is well only brokers can say that answer: until the
// others notice, a silent one counts as in sync.
func (st *styles) replication(s *lab.Snapshot) string {
	p := s.Placement
	n := int64(p.UnderReplicated)
	text := st.count(n, "%s partition under-replicated", "%s partitions under-replicated")
	unsure := slices.ContainsFunc(s.Brokers, func(b lab.Broker) bool { return b.State == lab.BrokerSilent })
	switch {
	case s.Reading.Lost, n == 0 && unsure:
		text = st.muted.Render(st.t("%s under-replicated", st.g.dash))
	case n > 0:
		text = st.warn.Render(st.g.attention + " " + text)
	default:
		text = st.good.Render(st.g.ok + " " + text)
	}
	if s.Reading.Lost {
		return text
	}
	if p.Leaderless > 0 {
		text += ", " + st.bad.Render(st.g.bad+" "+st.t("%d without a leader", p.Leaderless))
	}
	return text
}

// brokerBody is what scrolls on the page of the brokers: who they are, where everything is kept, and what was lost.
func brokerBody(st *styles, s *lab.Snapshot, w int) []string {
	heading := func(name string) string { return st.ruled(" "+st.title.Render(name)+" ", "", w) }
	out := []string{st.muted.Render("  " + st.left(st.t("id"), 4) + st.left(st.t("address"), 21) + st.left(st.t("state"), st.stateCells()) + " " + st.right(st.t("for"), 6) + " " + st.right(st.t("leads"), 6) + "  " + st.right(st.t("in sync"), 8) + "  " + st.t("looks after"))}
	for _, b := range s.Brokers {
		out = append(out, st.brokerRow(s, b, w))
	}
	out = append(out, "", heading(st.t("LOST")))
	for _, l := range slices.Backward(s.Losses) {
		out = append(out, st.lossLines(l, w)...)
	}
	switch {
	case len(s.Losses) > 0:
	case s.Reading.Lost:
		out = append(out, st.muted.Render("  "+st.t("No broker answers: which of them is lost they will say themselves.")))
	default:
		out = append(out, st.muted.Render("  "+st.t("No broker was lost. %s stops one, or says how.", DefaultKeys().Broker.Help().Key)))
	}
	out = append(out, "", heading(st.t("WHERE THE PARTITIONS ARE")), st.muted.Render("  "+st.left(st.t("topic"), 27)+st.left(st.t("leader"), 10)+st.left(st.t("copies on"), 12)+st.t("in sync")))
	for _, p := range s.Placement.Places {
		out = append(out, cut(st.placeRow(s, p), w, st.ascii))
	}
	return out
}

// stateCells is how wide the state of a broker is.
func (st *styles) stateCells() int { return max(10, width(st.t("running"))+3) }

func (st *styles) brokerRow(s *lab.Snapshot, b lab.Broker, w int) string {
	if b.State == lab.BrokerUp && !answers(s, b) {
		b.State, b.Since = lab.BrokerSilent, s.Reading.At
	}
	state := map[lab.BrokerState]string{
		lab.BrokerUp:     st.good.Render(st.g.health[lab.Active] + " " + st.t("running")),
		lab.BrokerSilent: st.bad.Render(st.g.bad + " " + st.t("silent")),
		lab.BrokerGone:   st.bad.Render(st.g.bad + " " + st.t("gone")),
	}[b.State]
	copies := fmt.Sprintf("%d/%d", b.InSync, b.Copies)
	if s.Placement.Simulated || b.State != lab.BrokerUp {
		copies = st.g.dash
	}
	line := "  " + st.strong.Render(st.left(fmt.Sprint(b.ID), 3)) + " " + st.left(st.address(b.Address, 20), 20) + " " +
		st.left(state, st.stateCells()) + " " + st.right(clock(s.At.Sub(b.Since)), 6) + " " + st.right(fmt.Sprint(b.Leads), 6) + "  " +
		st.right(copies, 8) + "  "
	return cut(line+st.muted.Render(st.duties(b, w-width(line)-1)), w, st.ascii)
}

// duties are the groups that a broker looks after: in short where their names have no room, and counted where that has none.
func (st *styles) duties(b lab.Broker, w int) string {
	var words, brief []string
	if b.Fixed {
		words, brief = []string{st.t("the controller")}, []string{st.t("controller")}
	}
	for _, group := range b.Coordinates {
		words, brief = append(words, group), append(brief, strings.TrimSuffix(group, "-service-group"))
	}
	if all := visible(strings.Join(words, ", "), 400, st.ascii); width(all) <= w {
		return all
	}
	if all := visible(strings.Join(brief, ", "), 400, st.ascii); width(all) <= w {
		return all
	}
	counted := st.count(int64(len(b.Coordinates)), "%s group", "%s groups")
	if b.Fixed {
		counted = st.t("controller") + ", " + counted
	}
	return counted
}

// address is that of a broker in so many cells: its port stays, which tells brokers of one machine apart.
func (st *styles) address(address string, w int) string {
	port := address[strings.LastIndexByte(address, ':')+1:]
	if len(address) <= w || len(port) > 5 || strings.Trim(port, "0123456789") != "" {
		return visible(address, w, st.ascii)
	}
	return visible(strings.TrimSuffix(address, ":"+port), w-len(port)-1, st.ascii) + ":" + port
}

// placeRow is one partition: who leads it, who has a copy, and who of them is in sync.
func (st *styles) placeRow(s *lab.Snapshot, p lab.Place) string {
	leader := fmt.Sprint(p.Leader)
	switch {
	case p.Leader < 0:
		leader = st.bad.Render(strings.TrimSpace(st.t("none ")))
	case p.Silent, s.Reading.Lost:
		leader = st.bad.Render(leader + " " + st.t("silent"))
	}
	copies, inSync := nodes(p.Replicas), nodes(p.ISR)
	switch {
	case s.Placement.Simulated:
		copies, inSync = st.g.dash, st.g.dash
	case s.Reading.Lost:
		inSync = st.g.dash
	case len(p.ISR) < len(p.Replicas):
		inSync = st.warn.Render(st.g.attention + " " + inSync)
	}
	name := visible(p.Topic, 20, st.ascii) + fmt.Sprintf(" P%d", p.Partition)
	return "  " + st.left(name, 26) + " " + st.left(leader, 10) + st.left(copies, 11) + " " + inSync
}

func nodes(ids []int32) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = fmt.Sprint(id)
	}
	return strings.Join(words, " ")
}

// lossLines tell of one broker that was lost: since when, and what moved.
func (st *styles) lossLines(l lab.Loss, w int) []string {
	head := "  " + l.At.Format("15:04:05") + " " + st.strong.Render(st.t("broker %d", l.Broker))
	switch {
	case l.Back.IsZero():
		head += " " + st.bad.Render(st.g.bad+" "+st.t("away"))
	default:
		head += " " + st.good.Render(st.g.ok+" "+st.t("back after %s", st.took(l.Back.Sub(l.At))))
	}
	if !l.InSync.IsZero() {
		head += st.t(", its copies in sync %s later", st.took(l.InSync.Sub(l.Back)))
	}
	if l.Waiting > 0 {
		head += "  " + st.bad.Render(st.count(int64(l.Waiting), "%s partition without a leader", "%s partitions without a leader"))
	}
	out := []string{cut(head, w, st.ascii)}
	for _, m := range l.Moved {
		text := blank(11) + st.t("%s P%d  %d %s %d  within %s", visible(m.Topic, 20, st.ascii), m.Partition, m.From, st.g.arrow, m.To, st.took(m.Within))
		if m.Measured {
			text += st.t(", its reader paused %s", st.took(m.Unread))
		}
		out = append(out, cut(text, w, st.ascii))
	}
	return out
}

// brokerDialog stops or starts an embedded broker; of a real cluster it says how a broker is killed where it runs.
func brokerDialog(st *styles, s *lab.Snapshot, again []string) *dialog {
	switch s.Cluster.Kind() {
	case lab.ClusterElsewhere:
		return &dialog{title: st.t("These brokers run in another process"), items: []choice{{label: st.t("I see"), detail: st.t("only that process can stop them")}}, notes: []string{
			"",
			st.say(simulated()) + ".",
			st.t("In another lab press b there. blackfriday broker stops as a"),
			st.t("whole: kill it where it runs, and start it again."),
			st.t("The brokers' page shows what moves."),
		}}
	case lab.ClusterReal:
		return &dialog{title: st.t("These brokers are not the lab's to stop"), items: []choice{{label: st.t("I see"), detail: st.t("kill one where it runs")}}, notes: []string{
			"",
			st.t("One of docker-compose.cluster.yml:"),
			"  docker compose -f kafka/docker-compose.cluster.yml kill kafka-2",
			"  docker compose -f kafka/docker-compose.cluster.yml start kafka-2",
			st.t("A process: kill -9 PID, and start it again where it was."),
			st.t("The brokers' page shows what moves."),
		}}
	}
	d := &dialog{title: st.t("Stop or start a broker"), again: again, notes: []string{"", st.say(simulated()) + ".", st.t("Leaders move as on a real cluster; no data can be lost.")}}
	if len(s.Brokers) == 0 {
		d.items = []choice{{label: st.t("I see"), detail: st.t("the brokers were not read yet: try again in a moment")}}
	}
	for _, b := range s.Brokers {
		c := choice{label: st.t("stop broker %d", b.ID), detail: st.count(int64(b.Leads), "leads %s partition", "leads %s partitions"), command: lab.StopBroker{ID: b.ID}}
		switch {
		case b.Fixed:
			c = choice{label: st.t("broker %d", b.ID), detail: st.t("the controller of the embedded cluster stays")}
		case b.State == lab.BrokerGone:
			c = choice{label: st.t("start broker %d", b.ID), detail: st.t("it leads again what it led"), command: lab.StartBroker{ID: b.ID}}
		}
		d.items = append(d.items, c)
	}
	return d
}
