package tui

import (
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// KeyMap holds every key of the dashboard once. What keys do, the footer, the help and the key table of the README all
// come from it.
type KeyMap struct {
	Flood, FloodChoose, Pills, PillChoose  key.Binding
	Add, Kill, Stop, Restart, Delay        key.Binding
	Next, Previous                         key.Binding
	Protocol, Grow, MessageKey             key.Binding
	Guarantee, Policy, Broker              key.Binding
	Freeze, Earlier, Later                 key.Binding
	EarlierFar, LaterFar                   key.Binding
	PreviousRebalance, NextRebalance       key.Binding
	Theme, Language, Mouse                 key.Binding
	Dashboard, Events, Consumers           key.Binding
	Topics, Partitions, Rebalances, Lanes  key.Binding
	Ledger, Letters, Messages              key.Binding
	Follow, FollowTyped, Filter, Again     key.Binding
	Redrive, Edit, Mark, Export            key.Binding
	Where, InPartition, Live, Produce      key.Binding
	Send                                   key.Binding
	Guide, GuideMenu, Hands                key.Binding
	Typed, HandOut, Finder                 key.Binding
	CheckpointBefore, CheckpointAfter      key.Binding
	Stage, Zoom, Focus                     key.Binding
	PageDown, PageUp, Home                 key.Binding
	Choose, Confirm, Help, Back, Quit, End key.Binding
}

// Section is a group of keys under one heading.
type Section struct {
	Title phrase.Phrase
	Keys  []key.Binding
}

// DefaultKeys gives the keys of the dashboard. Digits need Shift on French keyboards, so the function keys do the same.
func DefaultKeys() KeyMap {
	k := KeyMap{
		Flood:       bind("f", "flood 1,000", "f"),
		FloodChoose: bind("F", "flood: choose how many", "F"),
		Pills:       bind("p", "all pills", "p"),
		PillChoose:  bind("P", "pill: choose one", "P"),
		Add:         bind("+", "add a consumer", "+", "="),
		Kill:        bind("k", "kill (power cut): busiest, or selected", "k"),
		Stop:        bind("s", "stop politely", "s"),
		Restart:     bind("r", "restart a dead one", "r"),
		Delay:       bind("d", "delay 0, 10, 100, 500 ms", "d"),
		Next:        bind("tab down", "select the next", "tab", "down"),
		Previous:    bind("shift+tab up", "select the one before", "shift+tab", "up"),
		Protocol:    bind("o", "protocol of the group, compared", "o"),
		Grow:        bind("t", "partitions: grow, or recreate", "t"),
		MessageKey:  bind("x", "key of the payments", "x"),
		Guarantee:   bind("e", "delivery guarantee, commit interval", "e"),
		Policy:      bind("n", "what poison pills do: DLQ, retry, crash", "n"),
		Broker:      bind("b", "brokers: stop one, see what moves", "b"),
		Freeze:      bind("space", "freeze, and back to live", "space"),
		Earlier:     bind("left [", "replay: a moment back", "left", "["),
		Later:       bind("right ]", "replay: a moment on", "right", "]"),
		EarlierFar:  bind("shift+left", "replay: 5 s back", "shift+left"),
		LaterFar:    bind("shift+right", "replay: 5 s on", "shift+right"),
		Theme:       bind("T", "theme: dark, light, contrast", "T"),
		Dashboard:   bind("1 F1", "dashboard", "1", "f1"),
		Events:      bind("2 F2", "all events", "2", "f2"),
		Consumers:   bind("3 F3", "consumers and rebalances", "3", "f3"),
		Topics:      bind("4 F4", "topics and dead letters", "4", "f4"),
		Partitions:  bind("5 F5", "all partitions", "5", "f5"),
		Rebalances:  bind("6 F6", "rebalances and protocols", "6", "f6"),
		Lanes:       bind("7 F9", "who read what, and the race", "7", "f9"),
		Ledger:      bind("8 F10", "ledger: is anything lost?", "8", "f10"),
		PageDown:    bind("pgdn", "scroll down", "pgdown"),
		PageUp:      bind("pgup", "scroll up", "pgup"),
		Home:        bind("home", "back to the top", "home"),
		Choose:      bind("enter", "take it", "enter"),
		Confirm:     bind("y", "yes; copy what is chosen, or all", "y"),
		Help:        bind("?", "help", "?"),
		Back:        bind("esc", "one step back", "esc"),
		Quit:        bind("q", "quit", "q"),
		End:         bind("ctrl+c", "quit, twice: at once", "ctrl+c"),

		PreviousRebalance: bind("F7 {", "replay: the rebalance before", "f7", "{"),
		NextRebalance:     bind("F8 }", "replay: the next rebalance", "f8", "}"),
	}
	k.Language = bind("L", "language: English, French", "L")
	k.Finder, k.Mouse = bind(":", "every action, by its name", ":"), bind("M", "mouse: off, on (shift+drag selects)", "M")
	k.bindDesk()
	k.bindGuide()
	return k
}

// bind makes a binding. What it does is an English format, which is said where it is drawn.
func bind(shown, does string, keys ...string) key.Binding {
	return key.NewBinding(key.WithKeys(keys...), key.WithHelp(shown, does))
}

// Sections gives all keys in the order in which help and documentation list them.
func (k KeyMap) Sections() []Section {
	return []Section{
		{phrase.New("Send payments"), []key.Binding{k.Flood, k.FloodChoose, k.Pills, k.PillChoose}},
		{phrase.New("Consumers"), []key.Binding{k.Add, k.Kill, k.Stop, k.Restart, k.Delay, k.Next, k.Previous}},
		{phrase.New("The group"), []key.Binding{k.Protocol, k.Grow, k.MessageKey, k.Guarantee, k.Policy, k.Broker}},
		{phrase.New("The course"), []key.Binding{k.Guide, k.CheckpointBefore, k.CheckpointAfter, k.Hands, k.GuideMenu, k.Typed, k.HandOut}},
		{phrase.New("Replay"), []key.Binding{
			k.Freeze, k.Earlier, k.Later, k.EarlierFar, k.LaterFar, k.PreviousRebalance, k.NextRebalance,
		}},
		{phrase.New("Look"), []key.Binding{
			k.Dashboard, k.Events, k.Consumers, k.Topics, k.Partitions, k.Rebalances, k.Lanes, k.Ledger, k.Letters, k.Messages,
			k.PageDown, k.PageUp, k.Home, k.Stage, k.Zoom, k.Focus, k.Theme, k.Language, k.Mouse,
		}},
		{phrase.New("Messages and dead letters"), []key.Binding{
			k.Follow, k.FollowTyped, k.Filter, k.Again, k.Redrive, k.Edit, k.Mark, k.Export, k.Where, k.InPartition, k.Live, k.Produce,
		}},
		{phrase.New("Answer and leave"), []key.Binding{k.Choose, k.Send, k.Confirm, k.Back, k.Finder, k.Help, k.Quit, k.End}},
	}
}

// command is what a key asks of the lab; ok is false for a key that does not ask for anything. An empty selected leaves
// the choice of the consumer to the lab.
func (k KeyMap) command(msg tea.KeyPressMsg, selected string, delay time.Duration) (c lab.Command, ok bool) {
	switch {
	case key.Matches(msg, k.Flood):
		return lab.Flood{Count: 1_000}, true
	case key.Matches(msg, k.Pills):
		return lab.Poison{}, true
	case key.Matches(msg, k.Add):
		return lab.AddConsumer{}, true
	case key.Matches(msg, k.Kill):
		return lab.Kill{Name: selected}, true
	case key.Matches(msg, k.Stop):
		return lab.Stop{Name: selected}, true
	case key.Matches(msg, k.Restart):
		return lab.Restart{Name: selected}, true
	case key.Matches(msg, k.Delay):
		return lab.SetDelay{Delay: nextDelay(delay)}, true
	}
	return nil, false
}

// nextDelay is the delay that follows in the cycle of the delay key.
func nextDelay(d time.Duration) time.Duration {
	for _, next := range []time.Duration{10 * time.Millisecond, 100 * time.Millisecond, 500 * time.Millisecond} {
		if d < next {
			return next
		}
	}
	return 0
}

// short is a binding with the words that the footer has room for, as bind takes them.
func short(b key.Binding, shown, does string) key.Binding {
	b.SetHelp(shown, does)
	return b
}

// now gives the keys that work at this moment, the most useful first: those in front, of which help and quit are the
// last, and spare ones for where there is room.
func (k KeyMap) now(s *lab.Snapshot, replaying bool, d *dialog) (front, spare []key.Binding) {
	help, quit := short(k.Help, "?", "help"), short(k.Quit, "q", "quit")
	switch {
	case d != nil && d.asks():
		return []key.Binding{k.Confirm, short(k.Back, "esc", "no")}, nil
	case d != nil:
		return []key.Binding{k.Choose, short(k.Back, "esc", "back")}, nil
	case s.State != lab.Running:
		return []key.Binding{help, quit}, nil
	}
	spare = []key.Binding{short(k.Earlier, "left", "replay"), short(k.Dashboard, "0-9", "views"), short(k.Next, "tab", "select"),
		short(k.FloodChoose, "F P", "choose"), short(k.Theme, "T", "theme")}
	if replaying {
		spare = spare[1:]
		front = []key.Binding{short(k.Freeze, "space", "live"), short(k.Earlier, "left right", "step"),
			short(k.PreviousRebalance, "F7 F8", "rebalance")}
	}
	front = append(front, k.actions(s)...)
	if !replaying {
		front = append(front, short(k.Freeze, "space", "freeze"))
	}
	front = append(front, short(k.Guarantee, "e", "guarantee"), short(k.Policy, "n", "poison"), short(k.Protocol, "o", "protocol"),
		short(k.Grow, "t", "partitions"), short(k.MessageKey, "x", "key"), short(k.Broker, "b", "broker"))
	return append(front, short(k.Guide, "g", "guide"), help, quit), append(spare, short(k.Finder, ":", "by name"))
}

// actions are the keys that do something to the lab as it is.
func (k KeyMap) actions(s *lab.Snapshot) []key.Binding {
	alive, dead := false, false
	for _, i := range instances(s) {
		if i.Outside > 0 {
			continue // only who runs it can do anything to it
		}
		down := i.Health == lab.Crashed || i.Health == lab.Left
		alive, dead = alive || !down, dead || down
	}
	out := []key.Binding{short(k.Flood, "f", "flood"), short(k.Pills, "p", "pills")}
	if alive {
		out = append(out, short(k.Kill, "k", "kill"), short(k.Stop, "s", "stop"))
	}
	if dead {
		out = append(out, short(k.Restart, "r", "restart"))
	}
	return append(out, short(k.Add, "+", "add"), short(k.Delay, "d", "delay"))
}
