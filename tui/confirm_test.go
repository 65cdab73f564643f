package tui

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"
)

func TestOnlyYIsAYes(t *testing.T) {
	press := func(code rune) tea.KeyPressMsg { return tea.KeyPressMsg{Code: code, Text: string(code)} }
	for name, c := range map[string]struct {
		msg       tea.Msg
		yes, done bool
	}{
		"y": {press('y'), true, true}, "n": {press('n'), false, true}, "q": {press('q'), false, true},
		"esc": {tea.KeyPressMsg{Code: tea.KeyEscape}, false, true}, "ctrl+c": {tea.KeyPressMsg{Code: 'c', Mod: tea.ModCtrl}, false, true},
		"enter": {tea.KeyPressMsg{Code: tea.KeyEnter}, false, false}, "space": {press(' '), false, false}, "k": {press('k'), false, false},
	} {
		m, cmd := asked{lines: []string{"Delete?"}}.Update(c.msg)
		if a := m.(asked); a.yes != c.yes || a.done != c.done || (cmd != nil) != c.done {
			t.Errorf("%s: %+v", name, a)
		}
	}
}

func TestALongQuestionIsWrapped(t *testing.T) {
	m, _ := asked{lines: []string{strings.Repeat("broker:9092, ", 20)}}.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	content := m.(asked).View().Content
	if strings.Count(content, "broker:9092") != 20 {
		t.Errorf("something is missing:\n%s", content)
	}
	for line := range strings.SplitSeq(content, "\n") {
		if width(line) > 80 {
			t.Errorf("a line of %d cells: %s", width(line), line)
		}
	}
}

// TestTheQuestionBeforeWriting is a golden of what stands between a teacher and somebody's cluster.
func TestTheQuestionBeforeWriting(t *testing.T) {
	question := "The lab would write to somebody's Kafka: cluster 4L6g3nShT-eMCtK--X86sw (3 brokers, reached at kafka-1.shop.example:9092, kafka-2.shop.example:9092).\n" +
		"  make topic anna.payment-successful: 3 partitions, 3 replicas\n" +
		"  use topic anna.order-created: it has 3 partitions, and stays as it is\n" +
		"  make group anna.order-service-group\n" +
		"It remembers in the topic anna.blackfriday-made what it makes. With blackfriday cleanup all that it made is deleted, this topic too, and nothing else."
	for _, w := range []int{80, 120} {
		t.Run(fmt.Sprint(w), func(t *testing.T) {
			m, _ := asked{lines: strings.Split(question, "\n")}.Update(tea.WindowSizeMsg{Width: w, Height: 24})
			golden.RequireEqual(t, m.(asked).View().Content)
		})
	}
}
