package tui

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"blackfriday/kafka/phrase"
	"blackfriday/scenarios/lesson"
)

// ballot counts a show of hands. While it is open every key belongs to it, and esc leaves it.
type ballot struct {
	poll  lesson.Poll
	hands []int     // of each option
	at    int       // the option that digits are for; negative before one was chosen
	typed bool      // the number there is being typed
	since time.Time // when it came by itself; zero where somebody asked for it
}

// settling is for how long a question takes no letters: they were meant for the lab that stood there a moment ago.
const settling = 700 * time.Millisecond

// mostHands is what fits into three digits.
const mostHands = 999

// revealStays is for how long the guide shows a measured answer before it goes on with its steps.
const revealStays = 30 * time.Second

// ponder shows the next thing to think about: the guide says a measured answer in the place of its step, and the question before
// the present step comes in front. It does so while the guide is open and nothing else is in front.
func (m *model) ponder() {
	g := &m.guide
	if m.now.Sub(g.revealAt) >= revealStays {
		g.reveal = ""
	}
	if !g.open || g.quiet || g.reveal != "" || g.ballot != nil || m.dialog != nil || m.form != nil || m.finder != nil || m.help || m.replay != nil {
		return
	}
	for _, p := range g.course.Polls(g.here()) {
		if name := p.Question.Name; p.Answered && !g.revealed[name] {
			g.revealed[name], g.reveal, g.revealAt = true, name, m.now
			g.shown, g.top = g.here(), atStep
			return
		}
	}
	if poll, ok := m.askable(); ok && !g.passed[poll.Question.Name] && poll.Votes == nil {
		m.openBallot(poll)
		m.guide.ballot.since = m.now
	}
}

// askable is the question before the present step, as long as nobody knows the answer.
func (m *model) askable() (lesson.Poll, bool) {
	g := &m.guide
	if g.quiet || !g.open || g.coming != nowhere {
		return lesson.Poll{}, false
	}
	poll, ok := g.course.Ask()
	return poll, ok && !poll.Answered
}

// askAgain opens the question that was left, or counts again.
func (m *model) askAgain() {
	if poll, ok := m.askable(); ok {
		m.openBallot(poll)
		return
	}
	m.tell(phrase.New("There is no question before this step."), false)
}

func (m *model) openBallot(poll lesson.Poll) {
	b := &ballot{poll: poll, hands: make([]int, poll.Question.Options), at: -1}
	copy(b.hands, poll.Votes)
	m.guide.ballot = b
}

// vote takes a key for the question in front.
func (m *model) vote(msg tea.KeyPressMsg) {
	g, k := &m.guide, m.keys
	b := g.ballot
	switch option := optionOf(msg.Text, len(b.hands)); {
	case key.Matches(msg, k.Back) && m.now.Sub(b.since) >= settling:
		g.passed[b.poll.Question.Name], g.ballot = true, nil
	case !b.since.IsZero() && m.now.Sub(b.since) < settling:
	case key.Matches(msg, k.Choose):
		m.count(b)
	case option >= 0:
		b.at, b.typed = option, false
		b.hands[option] = min(b.hands[option]+1, mostHands)
	case key.Matches(msg, k.Next):
		b.at, b.typed = (b.at+1)%len(b.hands), false
	case key.Matches(msg, k.Previous):
		b.at, b.typed = (max(b.at, 0)+len(b.hands)-1)%len(b.hands), false
	case msg.Code == tea.KeyBackspace:
		b.hands[max(b.at, 0)] /= 10
	case !b.digit(msg.Text):
		m.tell(phrase.New("The question comes first: answer it, or esc leaves it."), false)
	}
}

// optionOf is the option that a letter names, in either case; negative for none.
func optionOf(text string, options int) int {
	if len(text) != 1 {
		return -1
	}
	if at := int(text[0]|0x20) - 'a'; at >= 0 && at < options {
		return at
	}
	return -1
}

// digit appends to the number of the option with the focus; the first one begins a new number. It is false for another key.
func (b *ballot) digit(text string) bool {
	n, err := strconv.Atoi(text)
	if err != nil || len(text) != 1 {
		return false
	}
	if !b.typed {
		b.at = max(b.at, 0)
		b.hands[b.at], b.typed = 0, true
	}
	if more := b.hands[b.at]*10 + n; more <= mostHands {
		b.hands[b.at] = more
	}
	return true
}

// count takes the show of hands. Without a hand the question is left.
func (m *model) count(b *ballot) {
	g := &m.guide
	name := b.poll.Question.Name
	g.ballot, g.passed[name] = nil, true
	total := 0
	for _, n := range b.hands {
		total += n
	}
	if total == 0 {
		return
	}
	if err := g.course.Vote(name, b.hands); err != nil {
		m.complain(err)
	}
}

// pollOf is the question that the guide shows: the newest one with votes or an answer.
func pollOf(v lessonView) (poll lesson.Poll, ok bool) {
	for _, p := range v.polls {
		if p.Votes != nil || p.Answered {
			poll, ok = p, true
		}
	}
	return poll, ok
}

// unmarked is Markdown of one line without its marks of code, which wrapped text has no style for.
func unmarked(markdown string) string { return strings.ReplaceAll(markdown, "`", "") }

// letterOf names an option.
func letterOf(option int) string { return string(rune('a' + option)) }

// ballotLines draw the question in front, in a frame on at most w cells.
func ballotLines(st *styles, text lesson.Text, b *ballot, w int) []string {
	const box = 6
	inner := min(w-6, 74)
	q := text.Questions[b.poll.Question.Name]
	body := append(st.wrapped(unmarked(q.Ask), inner, st.strong), "")
	for i, option := range q.Options[:min(len(q.Options), len(b.hands))] {
		number := st.right(strconv.Itoa(b.hands[i]), box-2) + "  "
		if i == b.at {
			number = under(number, st.selected)
		}
		for n, line := range st.wrapped(unmarked(option), inner-box-4, "") {
			if n == 0 {
				body = append(body, st.left(st.key.Render(letterOf(i))+"  "+line, inner-box)+number)
			} else {
				body = append(body, "   "+line)
			}
		}
	}
	keys := st.key.Render("a-"+letterOf(len(b.hands)-1)) + " " + st.t("vote") + "   " + st.key.Render(st.keys("tab")) + " " + st.t("type the number") + "   " +
		st.key.Render(st.keys("enter")) + " " + st.t("done") + "   " + st.key.Render(st.keys("esc")) + " " + st.t("without votes")
	return st.frame(st.t("Predict, then press"), append(body, "", keys), inner)
}

// pollLines are the options with their votes, and the measured answer with its explanation once there is one.
func (st *styles) pollLines(text lesson.Text, poll lesson.Poll, w int) []string {
	const bars = 10
	q, most, total := text.Questions[poll.Question.Name], 1, 0
	for _, n := range poll.Votes {
		most, total = max(most, n), total+n
	}
	var out []string
	for i, option := range q.Options {
		sign, style := " ", pen("")
		if poll.Answered && i == poll.Answer {
			sign, style = st.g.ok, st.good
		}
		tail := ""
		if i < len(poll.Votes) {
			n := poll.Votes[i]
			tail = st.curve.Render(st.left(bar(st.g, st.g.bar, int64(n), int64(most), bars), bars)) + st.right(strconv.Itoa(n), 4)
		}
		room := w - 4 - width(tail)
		for n, line := range st.wrapped(unmarked(option), max(room-1, 8), style) {
			head := blank(4)
			if n == 0 {
				head = style.Render(sign) + " " + st.key.Render(letterOf(i)) + " "
			}
			out = append(out, head+st.left(line, room)+map[bool]string{true: tail}[n == 0])
		}
	}
	switch {
	case poll.Answered:
		out = append(out, st.good.Render(fmt.Sprintf("%s %s", letterOf(poll.Answer), st.t("measured: %s", poll.Measured))))
		return append(out, st.md.lines(q.Because, w)...)
	case total > 0:
		out = append(out, st.muted.Render(st.count(int64(total), "%s vote. Now do it, and measure.", "%s votes. Now do it, and measure.")))
	}
	return out
}

// pollCard is what the class is asked in front of the screen; nil for nothing.
func (m *model) pollCard() []string {
	if g := &m.guide; g.ballot != nil {
		return ballotLines(m.st, g.text(), g.ballot, m.bodyWidth())
	}
	return nil
}

// ballotKeys are the keys that work while a question is in front.
func (m *model) ballotKeys() []key.Binding {
	k := m.keys
	return []key.Binding{short(k.Choose, "enter", "done"), short(k.Next, "tab", "type the number"),
		short(k.Back, "esc", "without votes"), short(k.Quit, "q", "quit")}
}
