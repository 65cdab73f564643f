package tui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// noon is the moment at which every test picture was taken.
func noon() time.Time { return time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC) }

// fakeLab answers with one Snapshot and remembers what it was asked.
type fakeLab struct {
	mu       sync.Mutex
	snapshot *lab.Snapshot
	asked    []lab.Command
	err      error
	explode  bool
}

func (f *fakeLab) Snapshot() *lab.Snapshot {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.snapshot
}

func (f *fakeLab) Do(_ context.Context, c lab.Command) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.explode {
		panic("the lab exploded")
	}
	f.asked = append(f.asked, c)
	return f.err
}

func pills() []Pill {
	return []Pill{
		{"invalid-json", phrase.New("not JSON at all")}, {"no-user", phrase.Named("the user_id is missing")}, {"nulls", phrase.Named("null everywhere")},
	}
}

// dashboard is a model on a terminal of w by h cells, without the goroutines of Run.
func dashboard(s *lab.Snapshot, w, h int) (*model, *fakeLab) {
	f := &fakeLab{snapshot: s}
	m := newModel(f, Options{Theme: ThemeDark, Pills: pills()}, startJobs(context.Background()))
	m.Update(tea.WindowSizeMsg{Width: w, Height: h})
	return m, f
}

// keyPress is the message for a key by its name.
func keyPress(name string) tea.KeyPressMsg {
	codes := map[string]rune{
		"esc": tea.KeyEscape, "enter": tea.KeyEnter, "tab": tea.KeyTab, "up": tea.KeyUp, "down": tea.KeyDown,
		"pgdown": tea.KeyPgDown, "pgup": tea.KeyPgUp, "home": tea.KeyHome, "backspace": tea.KeyBackspace,
		"f1": tea.KeyF1, "f2": tea.KeyF2, "f3": tea.KeyF3, "f4": tea.KeyF4, "f5": tea.KeyF5,
		"f6": tea.KeyF6, "f7": tea.KeyF7, "f8": tea.KeyF8, "f9": tea.KeyF9, "f10": tea.KeyF10, "left": tea.KeyLeft, "right": tea.KeyRight,
	}
	switch {
	case strings.HasPrefix(name, "ctrl+"):
		return tea.KeyPressMsg{Code: rune(name[len("ctrl+")]), Mod: tea.ModCtrl}
	case strings.HasPrefix(name, "shift+"):
		return tea.KeyPressMsg{Code: codes[strings.TrimPrefix(name, "shift+")], Mod: tea.ModShift}
	case name == "space":
		return tea.KeyPressMsg{Code: ' ', Text: " "}
	case codes[name] != 0:
		return tea.KeyPressMsg{Code: codes[name]}
	}
	return tea.KeyPressMsg{Code: []rune(name)[0], Text: name}
}

// running is a lab of the given size that has nothing to do.
func running(partitions, consumers int) *lab.Snapshot {
	s := &lab.Snapshot{
		At: noon(), Started: noon().Add(-252 * time.Second), State: lab.Running,
		Cluster: lab.Cluster{
			Embedded: true, Brokers: []string{"localhost:9094", "localhost:9095", "localhost:9096"}, Payment: "http://127.0.0.1:8000",
		},
		Settings: lab.Settings{
			Protocol: "KIP-848", Delay: 100 * time.Millisecond, SessionTimeout: 6 * time.Second,
			Heartbeat: 500 * time.Millisecond, Guarantee: "at-least-once", CommitInterval: 250 * time.Millisecond,
			Poison: lab.PoisonDLQ,
		},
		Reading: lab.Reading{At: noon().Add(-90 * time.Millisecond), Took: time.Millisecond},
		Lag:     lab.Lag{Known: true, Drain: lab.Drain{ToZero: -1}},
		DLQ:     lab.DLQ{Known: true},
	}
	for n := range consumers {
		s.Orders = append(s.Orders, lab.Instance{Name: fmt.Sprintf("order-%d", n+1), Number: n + 1, Health: lab.Standby})
	}
	for id := range partitions {
		n := id%max(consumers, 1) + 1
		p := lab.Partition{ID: int32(id), Known: true, Drain: lab.Drain{ToZero: -1}}
		p.Owner, p.OwnerInstance, p.Reader = fmt.Sprintf("order-%d", n), n, n
		s.Partitions = append(s.Partitions, p)
		if n <= len(s.Orders) {
			o := &s.Orders[n-1]
			o.Health = lab.Active
			o.Partitions = append(o.Partitions, lab.TopicPartition{Topic: "payment-successful", Partition: int32(id)})
		}
	}
	s.Email = lab.Instance{Name: "email", Kind: lab.EmailKind, Health: lab.Active, LagKnown: true}
	s.Analytics = lab.Instance{Name: "analytics", Kind: lab.AnalyticsKind, Health: lab.Active, LagKnown: true}
	for _, name := range []string{"payment-successful", "order-created", "email-sent", "dlq-payment"} {
		s.Topics = append(s.Topics, lab.Topic{Name: name, Partitions: 3, Known: true})
	}
	s.Placement.Simulated = true
	for id := range int32(3) {
		s.Brokers = append(s.Brokers, lab.Broker{ID: id, Address: fmt.Sprintf("localhost:%d", 9094+id), Since: s.Started, Fixed: id == 2})
	}
	for i := range s.Partitions {
		p := &s.Partitions[i]
		p.Leader = p.ID % 3
		s.Brokers[p.Leader].Leads++
		s.Placement.Places = append(s.Placement.Places, lab.Place{Topic: "payment-successful", Partition: p.ID, Leader: p.Leader})
	}
	s.Events = []lab.Event{
		{Seq: 1, At: noon().Add(-250 * time.Second), Severity: lab.Good, Source: "lab", Text: phrase.New("The lab is ready.")},
	}
	return booked(s)
}

// starting is a lab that is half ready.
func starting() *lab.Snapshot {
	return &lab.Snapshot{
		At: noon(), Started: noon().Add(-400 * time.Millisecond), State: lab.Starting, Cluster: lab.Cluster{Embedded: true},
		Steps: []lab.StartStep{
			{Name: phrase.New("Kafka"), Detail: phrase.New("3 brokers on localhost:9094, 9095, 9096"), Done: true, Took: 12 * time.Millisecond},
			{Name: phrase.New("Topics"), Detail: phrase.New("payment-successful, order-created, email-sent, dlq-payment")},
		},
	}
}

// flooded is a lab in the middle of working a flood off, with 14 pills in the dead letter queue.
func flooded() *lab.Snapshot {
	s := running(3, 3)
	lags := []int64{201, 379, 200}
	for i := range s.Partitions {
		p, o := &s.Partitions[i], &s.Orders[i]
		p.Lag, p.End, p.Rate = lags[i], 594, 10
		p.Committed = p.End - p.Lag
		p.Drain = lab.Drain{Trend: lab.Shrinking, ToZero: time.Duration(p.Lag) * 100 * time.Millisecond}
		o.Processed, o.Rate = p.Committed, 10
		o.Last = lab.Last{Seen: true, Topic: "payment-successful", Partition: p.ID, Offset: p.Committed, User: "42"}
	}
	s.Lag = lab.Lag{Known: true, Total: 780, Rate: 30, Drain: lab.Drain{Trend: lab.Shrinking, ToZero: 38 * time.Second}}
	s.Topics[0].Total, s.Topics[1].Total, s.Topics[2].Total, s.Topics[3].Total = 1_782, 988, 985, 14
	s.Topics[1].Rate, s.Topics[2].Rate = 30, 30
	s.Flood = lab.FloodProgress{ID: 1, Wanted: 1_000, Acked: 1_000, Took: 12 * time.Millisecond, Rate: 83_333}
	s.DLQ = lab.DLQ{
		Known: true, Total: 14, Counts: map[string]int{"price-not-positive": 1, "not-json": 3},
		Newest: lab.Rejection{
			At: noon().Add(-30 * time.Second), Instance: "order-2", Partition: 1, Offset: 215, Code: "price-not-positive",
			Reason: phrase.New("item 1: the price is -1000, it must be above 0"),
		},
	}
	s.Totals = lab.Totals{Payments: 1_768, Orders: 988, Emails: 985, Revenue: 82_345.6, UniqueUsers: 97, Rejected: 14}
	for age := 90; age >= 0; age-- {
		s.Curve = append(s.Curve, lab.CurvePoint{At: noon().Add(-time.Duration(age) * time.Second), Lag: int64(780 + 30*(age%60))})
	}
	s.Events = append(s.Events,
		lab.Event{Seq: 2, At: noon().Add(-60 * time.Second), Source: "flood", Text: phrase.New("1,000 payments acknowledged in 12 ms.")},
		lab.Event{Seq: 3, At: noon().Add(-30 * time.Second), Severity: lab.Warn, Source: "order-2", Instance: 2,
			Text: phrase.New("P1@215 went to the dead letter queue: the price is -1000.")})
	return booked(s, 5, 4, 5)
}

// flooding is a lab while the payments of a large flood are being written.
func flooding() *lab.Snapshot {
	s := flooded()
	s.Flood = lab.FloodProgress{ID: 2, Running: true, Wanted: 1_000_000, Acked: 450_000, Took: 2 * time.Second, Rate: 225_000}
	for i := range s.Partitions {
		s.Partitions[i].Drain = lab.Drain{Trend: lab.Growing, ToZero: -1}
	}
	s.Lag.Drain = lab.Drain{Trend: lab.Growing, ToZero: -1}
	return s
}

// crashed is a lab where order-2 lost power and Kafka does not know yet.
func crashed() *lab.Snapshot {
	s := flooded()
	p, o := &s.Partitions[1], &s.Orders[1]
	p.Reader, p.Orphan, p.OrphanSince, p.Rate = 0, true, noon().Add(-1900*time.Millisecond), 0
	p.Drain = lab.Drain{Trend: lab.Stuck, ToZero: -1}
	o.Health, o.StillMember, o.GoneIn, o.Partitions, o.Rate = lab.Crashed, true, 4100*time.Millisecond, nil, 0
	s.Events = append(s.Events, lab.Event{Seq: 4, At: noon().Add(-2 * time.Second), Severity: lab.Bad, Source: "order-2",
		Instance: 2, Text: phrase.New("order-2 lost power. Nobody reads P1.")})
	s.Rebalances = []lab.Rebalance{
		{ID: 1, At: noon().Add(-250 * time.Second), Cause: lab.CauseStart, Member: "order-1",
			Moved: []lab.Move{{Partition: 0, To: 1}}},
		{ID: 2, At: noon().Add(-40 * time.Second), Cause: lab.CauseLeave, Member: "order-3", Protocol: "KIP-848",
			Settled: noon().Add(-39500 * time.Millisecond), BrokerAt: noon().Add(-39900 * time.Millisecond), FromGeneration: 3, ToGeneration: 4,
			Moved: []lab.Move{{Partition: 2, From: 3, To: 1, Unread: 512 * time.Millisecond, Measured: true}},
			Kept:  []lab.Kept{{Partition: 0, Reader: 1, Pause: 101 * time.Millisecond, Measured: true}, {Partition: 1, Reader: 2}}},
		{ID: 3, At: noon().Add(-22 * time.Second), Cause: lab.CauseJoin, Member: "order-3", Protocol: "KIP-848",
			Settled: noon().Add(-21700 * time.Millisecond), BrokerAt: noon().Add(-21900 * time.Millisecond), FromGeneration: 4, ToGeneration: 5,
			Moved: []lab.Move{{Partition: 2, From: 1, To: 3, Unread: 231 * time.Millisecond, Measured: true}}},
		{ID: 4, At: noon().Add(-1900 * time.Millisecond), Cause: lab.CauseCrash, Member: "order-2", Protocol: "KIP-848", Open: true,
			FromGeneration: 5, ToGeneration: -1, Moved: []lab.Move{{Partition: 1, From: 2}}},
	}
	return s
}

// bench is a lab with more consumers than partitions.
func bench() *lab.Snapshot {
	s := running(3, 5)
	s.Orders[4].Restarts = 2
	return s
}

// outdated is a lab whose brokers stopped answering.
func outdated() *lab.Snapshot {
	s := flooded()
	s.Reading.At = noon().Add(-2300 * time.Millisecond)
	s.Reading.Err = errors.New("read the group order-service-group from localhost:9094: connection refused")
	return s
}

// unread is a lab of which nothing was measured yet.
func unread() *lab.Snapshot {
	s := running(3, 3)
	s.Reading, s.Lag, s.DLQ.Known, s.Ledger = lab.Reading{}, lab.Lag{}, false, nil
	for i := range s.Partitions {
		s.Partitions[i] = lab.Partition{ID: int32(i)}
	}
	for i := range s.Topics {
		s.Topics[i].Known = false
	}
	s.Email.LagKnown = false
	return s
}

// crowded is a lab with more of everything than fits, and numbers as long as they get.
func crowded() *lab.Snapshot {
	s := running(300, 30)
	for i := range s.Partitions {
		p := &s.Partitions[i]
		p.Lag, p.End, p.Committed, p.Rate = 1_000_000, 12_000_000, 11_000_000, 98_765.4
		p.Drain = lab.Drain{Trend: lab.Trend(i % 4), ToZero: 1000 * time.Hour}
	}
	s.Lag = lab.Lag{Known: true, Total: 300_000_000, Rate: 1.5e6, Drain: lab.Drain{Trend: lab.Shrinking, ToZero: time.Hour}}
	s.Topics[0].Total, s.Topics[0].Rate = 3_600_000_000, 1.5e6
	s.Totals = lab.Totals{Payments: 3_600_000_000, Orders: 3_300_000_000, Emails: 3_300_000_000, Revenue: 1e18, UniqueUsers: 1e9}
	s.Flood = lab.FloodProgress{ID: 3, Running: true, Wanted: 1_000_000, Acked: 2_000_000, Rate: 2e12}
	return booked(s, 5, 4, 5)
}

// hostile is a lab whose strings all come from somebody with bad intentions.
func hostile() *lab.Snapshot {
	evil := "\x1b[2J\x1b]0;owned\a\u202egnirts\u202c\r\n\t\x00\x9b31m\xff界e\u0301👩\u200d👩\u200d👧🇫🇷" + strings.Repeat("A", 10_000)
	s := crashed()
	s.Cluster.Brokers, s.Cluster.Payment, s.Settings.Protocol = []string{evil}, evil, evil
	s.Settings.Guarantee, s.Settings.Key, s.Reading.Err = evil, lab.Key(evil), errors.New(evil)
	s.Runs = []lab.Run{{Key: lab.Key(evil)}, {Delay: 1}}
	s.Settings.Poison, s.Ledger = lab.PoisonPolicy(evil), hostileBooks(evil)
	for i := range s.Partitions {
		s.Partitions[i].Owner, s.Partitions[i].Blocked = evil, hostileStop(evil)
	}
	for i := range s.Orders {
		s.Orders[i].Name, s.Orders[i].Last.User, s.Orders[i].Blocked = evil, evil, hostileStop(evil)
	}
	s.Email.Err, s.Analytics.Last = errors.New(evil), lab.Last{Seen: true, User: evil}
	s.Topics[1].Hidden, s.Topics[1].HiddenFor, s.Topics[1].Writer = 1<<62, time.Hour, evil
	s.Topics[0].Name, s.Flood.Err, s.Flood.Failed = evil, errors.New(evil), 3
	s.DLQ.Newest.Code, s.DLQ.Newest.Reason, s.DLQ.Newest.Instance = evil, phrase.New("%s", evil), evil
	s.DLQ.Counts = map[string]int{evil: 7}
	for i := range s.Events {
		s.Events[i].Source, s.Events[i].Text = evil, phrase.New("%s", evil)
	}
	for i := range s.Rebalances {
		s.Rebalances[i].Member, s.Rebalances[i].Cause, s.Rebalances[i].Protocol = evil, lab.Cause(evil), evil
		s.Rebalances[i].Also = []lab.Change{{Cause: lab.Cause(evil), Member: evil}}
	}
	s.Steps = []lab.StartStep{{Name: phrase.New("%s", evil), Detail: phrase.New("%s", evil)}}
	s.Outsiders = []lab.Instance{{Name: evil, Outside: 1 << 40, MemberID: evil, Host: evil, Health: lab.Active, Lag: -1 << 62, LagKnown: true}}
	s.Partitions[2].Orphan, s.Partitions[2].Reader, s.Partitions[2].OwnerInstance, s.Partitions[2].OwnerOutside = false, 0, 0, 1<<40
	s.Rebalances[1].Moved = append(s.Rebalances[1].Moved, lab.Move{FromOutside: evil, ToOutside: evil})
	return s
}

// stopped is a lab in which nobody works.
func stopped() *lab.Snapshot {
	s := running(3, 3)
	for i := range s.Orders {
		s.Orders[i].Health = lab.Left
	}
	s.Email.Health, s.Analytics.Health = lab.Crashed, lab.Left
	return s
}

// visited is a lab whose group has members that run elsewhere: one that works, one that is gone, and one on the bench.
func visited() *lab.Snapshot {
	s := flooded()
	p := &s.Partitions[1]
	p.Reader, p.Owner, p.OwnerInstance, p.OwnerOutside = 0, "order-laptop-1", 0, 1
	s.Orders = s.Orders[:1]
	s.Partitions[2].Reader, s.Partitions[2].Owner, s.Partitions[2].OwnerInstance = 1, "order-1", 1
	s.Orders[0].Partitions = append(s.Orders[0].Partitions, lab.TopicPartition{Topic: "payment-successful", Partition: 2})
	s.Outsiders = []lab.Instance{
		{Name: "order-laptop-1", Outside: 1, MemberID: "order-laptop-1-6f", Host: "192.168.1.17", Health: lab.Active, Since: noon().Add(-22 * time.Second),
			Partitions: []lab.TopicPartition{{Topic: "payment-successful", Partition: 1}}, Processed: 215, Rate: 10, Lag: 379, LagKnown: true},
		{Name: "order-laptop-1", Outside: 3, MemberID: "order-laptop-1-9a", Host: "192.168.1.18", Health: lab.Standby, LagKnown: true},
		{Name: "rdkafka", Outside: 2, MemberID: "rdkafka-1", Host: "192.168.1.20", Health: lab.Left, Since: noon().Add(-3 * time.Second)},
	}
	s.Rebalances = []lab.Rebalance{
		{ID: 1, At: noon().Add(-250 * time.Second), Cause: lab.CauseStart, Member: "order-1", Protocol: "KIP-848"},
		{ID: 2, At: noon().Add(-22 * time.Second), Cause: lab.CauseJoin, Member: "order-laptop-1", Protocol: "KIP-848", Outside: true, Disturbed: true,
			Settled: noon().Add(-21700 * time.Millisecond), BrokerAt: noon().Add(-22 * time.Second), FromGeneration: 4, ToGeneration: 5,
			Moved: []lab.Move{{Partition: 1, From: 1, ToOutside: "order-laptop-1"}}},
		{ID: 3, At: noon().Add(-3 * time.Second), Cause: lab.CauseGone, Member: "rdkafka", Protocol: "KIP-848", Outside: true, Disturbed: true,
			Settled: noon().Add(-3 * time.Second), BrokerAt: noon().Add(-3 * time.Second), FromGeneration: 5, ToGeneration: 6},
	}
	s.Events = append(s.Events, lab.Event{Seq: 4, At: noon().Add(-22 * time.Second), Source: "group",
		Text: phrase.New("order-laptop-1 on 192.168.1.17 has joined order-service-group. It runs outside this lab: all that is seen of it is the brokers' word.")})
	return s
}

// visitedStory is the history that ends with a visited lab: the outsider has read P1 for a while.
func visitedStory(s *lab.Snapshot) history {
	var past history
	for ago := remembered; ago > 0; ago -= frameEvery {
		before := *s
		before.At, before.Reading.At = s.At.Add(-ago), s.At.Add(-ago)
		if ago > 22*time.Second {
			before.Partitions = slices.Clone(s.Partitions)
			p := &before.Partitions[1]
			p.Reader, p.Owner, p.OwnerInstance, p.OwnerOutside = 1, "order-1", 1, 0
		}
		before.Rebalances = slices.DeleteFunc(slices.Clone(s.Rebalances), func(r lab.Rebalance) bool { return r.At.After(before.At) })
		past = past.with(&before)
	}
	return past.with(s)
}

// newStyles are those of a theme in all its colours, or in none.
func newStyles(theme string, asciiOnly, noColor bool) *styles {
	if noColor {
		return stylesOn(theme, asciiOnly, colorprofile.ASCII)
	}
	return stylesOn(theme, asciiOnly, colorprofile.TrueColor)
}

// english are the styles of a screen in English, for what is written the same in every theme.
func english() *styles { return newStyles(ThemeDark, false, false) }
