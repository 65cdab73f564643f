package tui

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// endless is the room in cells for a sentence that is not drawn but said: hostile texts end there.
const endless = 1_000

// Voice says what the dashboard shows in whole sentences, without columns, colours and signs: for who cannot see it, and for
// logs. Its words are those of the screen.
type Voice struct {
	st   *styles
	keys KeyMap
}

// NewVoice returns a Voice that speaks a language, nil for English, with ASCII characters only where that is asked for.
func NewVoice(l *phrase.Language, ascii bool) *Voice {
	st := &styles{lang: l, ascii: ascii, g: unicodeGlyphs()}
	if ascii {
		st.g = asciiGlyphs()
	}
	// What is said in signs beside a word is said by the word.
	st.g.attention, st.g.bad, st.g.waiting, st.g.ok = "", "", "", ""
	return &Voice{st: st, keys: DefaultKeys()}
}

// Say says what others may have a word in: their words are escaped.
func (v *Voice) Say(s phrase.Speaker) string { return v.st.told(s, endless) }

// Observing says what is not done in a lab that only observes.
func (v *Voice) Observing() string { return v.st.say(observing()) }

// Keys says what each key does that can be typed as a line.
func (v *Voice) Keys() []string {
	k := v.keys
	var out []string
	for _, b := range v.st.named([]key.Binding{k.Flood, k.Pills, k.Add, k.Kill, k.Stop, k.Restart, k.Delay, k.Help, k.Quit}) {
		out = append(out, v.st.t("%s: %s", b.Help().Key, b.Help().Desc))
	}
	return out
}

// Wish is what somebody wants who typed a line.
type Wish struct {
	Command    lab.Command   // to be carried out, nil for none
	Said       phrase.Phrase // why nothing is done, empty where something is
	Help, Quit bool
}

// Understand tells what a line wants of a lab: it is a key and nothing else.
func (v *Voice) Understand(line string, s *lab.Snapshot) Wish {
	r, size := utf8.DecodeRuneInString(line)
	msg := tea.KeyPressMsg{Code: r, Text: line}
	switch {
	case line == "":
		return Wish{}
	case size != len(line): // none of the keys that can be typed here has a longer name
	case key.Matches(msg, v.keys.Quit):
		return Wish{Quit: true}
	case key.Matches(msg, v.keys.Help):
		return Wish{Help: true}
	case s.Observing && v.keys.writes(msg):
		return Wish{Said: observing()}
	}
	c, ok := v.keys.command(msg, "", s.Settings.Delay)
	switch why := barred(s, c); {
	case !ok:
		return Wish{Said: phrase.New("%q is no key here. ? and Enter lists the keys.", line)}
	case !why.Empty():
		return Wish{Said: why}
	}
	return Wish{Command: c}
}

// Answer says how a command ended.
func (v *Voice) Answer(c lab.Command, err error) string {
	if err != nil {
		return v.Say(phrase.New("%s: %v", intent(c), err))
	}
	return v.Say(outcome(c))
}

// Status says how the lab stands, in a few sentences; empty where nothing is known yet.
func (v *Voice) Status(s *lab.Snapshot) string {
	st := v.st
	switch {
	case s.State != lab.Running || s.Reading.At.IsZero():
		return ""
	case stale(s):
		return sentences(partitionNotice(st, s, endless, 0))
	}
	said := append(st.amounts(s), st.reading(s)...)
	said = append(said, st.troubles(s)...)
	if s.Ledger != nil && s.Ledger.Known {
		_, _, verdict := st.findings(s)
		said = append(said, verdict...)
	}
	return sentences(said...)
}

// amounts say how many payments wait, and what became of the others.
func (st *styles) amounts(s *lab.Snapshot) []string {
	var out, parts []string
	if s.Lag.Known {
		out = append(out, st.backlog(s))
	}
	for _, t := range s.Topics {
		if !t.Known {
			continue
		}
		parts = append(parts, st.atRate(st.things(t.Name, t.Total), t.Rate))
	}
	return append(out, strings.Join(parts, ", "))
}

// atRate adds how many messages a second that is, where it is any.
func (st *styles) atRate(text string, rate float64) string {
	if rate < 0.05 {
		return text
	}
	return st.t("%s (%s msg/s)", text, phrase.Decimal{Value: rate, Digits: 1})
}

// backlog says how many payments wait, and where that is going.
func (st *styles) backlog(s *lab.Snapshot) string {
	if s.Lag.Total == 0 {
		return st.t("No payment waits.")
	}
	waits := st.count(s.Lag.Total, "%s payment waits", "%s payments wait")
	switch d := totalDrain(s); {
	case d.Trend == lab.Growing:
		return st.t("%s: %s", waits, phrase.New("more comes in than goes out"))
	case d.Trend == lab.Stuck:
		return st.t("%s: %s", waits, phrase.New("there is lag, and it does not move"))
	case d.Trend == lab.Shrinking && d.ToZero >= 0:
		left := roundUp(d.ToZero)
		if left < time.Minute {
			return st.t("%s, at this rate for another %s", waits, phrase.New("%s s", phrase.Number(left/time.Second)))
		}
		return st.t("%s, at this rate for another %s", waits, clock(left))
	}
	return waits
}

// reading says of each member who reads what, and how fast.
func (st *styles) reading(s *lab.Snapshot) []string {
	var out, idle []string
	for _, i := range instances(s) {
		name := visible(i.Name, 40, st.ascii)
		switch {
		case i.Err != nil:
			out = append(out, st.t("%s: %s", name, st.toldOf(i.Err, endless)))
		case i.Health == lab.Standby:
			idle = append(idle, name)
		case i.Health != lab.Active && i.Outside > 0:
			out = append(out, st.t("%s: %s", name, phrase.New("gone")))
		case i.Health != lab.Active:
			out = append(out, st.t("%s: %s", name, st.healthWord(i.Health)))
		case i.Kind == lab.OrderKind && len(i.Partitions) > 0:
			out = append(out, st.atRate(st.t("%s reads %s", name, st.partitionsOf(i)), i.Rate))
		}
	}
	if len(idle) > 0 {
		out = append(out, st.t("%s: %s", strings.Join(idle, ", "), phrase.New("no partition is left")))
	}
	return out
}

// partitionsOf lists the partitions of a member.
func (st *styles) partitionsOf(i lab.Instance) string {
	if words := st.readsOf(i); words != "" {
		return words
	}
	names := make([]string, len(i.Partitions))
	for n, p := range i.Partitions {
		names[n] = fmt.Sprintf("P%d", p.Partition)
	}
	return strings.Join(names, ", ")
}

// troubles say all that does not go as it should.
func (st *styles) troubles(s *lab.Snapshot) []string {
	var out []string
	if names := missing(s); len(names) > 0 {
		out = append(out, st.missingNotice(names, endless))
	}
	out = append(out, st.unreadNotice(s, endless))
	if i, ok := crashLoop(s); ok {
		out = append(out, st.loopSentence(i, endless))
	}
	if orphans := orphaned(s); len(orphans) > 0 {
		out = append(out, st.t("ORPHAN.")+" "+st.orphanNotice(s, orphans, endless))
	}
	for _, p := range s.Partitions {
		if p.Blocked != nil {
			out = append(out, st.blockedSentence(s, p, endless))
		}
		if differ(p) && p.Reader != 0 {
			out = append(out, st.handover(p))
		}
	}
	for _, t := range s.Topics {
		if waits(s, t) {
			out = append(out, st.transactionSentence(t))
		}
	}
	if p, share, ok := hotPartition(s); ok {
		out = append(out, st.hot(p, share))
	}
	return out
}

// sentences puts sentences behind each other, each with its full stop.
func sentences(all ...string) string {
	blanks := regexp.MustCompile(` {2,}`)
	var out []string
	for _, text := range all {
		text = strings.Trim(blanks.ReplaceAllString(text, " "), " ")
		if text == "" {
			continue
		}
		if !strings.ContainsAny(text[len(text)-1:], ".!?") {
			text += "."
		}
		out = append(out, text)
	}
	return strings.Join(out, " ")
}
