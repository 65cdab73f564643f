package tui

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
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
