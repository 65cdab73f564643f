package tui

import (
	"context"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"blackfriday/services/lab"
)

// find is where a text stands on the screen for the first time from a line on.
func find(t *testing.T, m *model, from int, text string) (x, y int) {
	t.Helper()
	for y, line := range strings.Split(ansi.Strip(m.screen()), "\n") {
		if before, _, found := strings.Cut(line, text); found && y >= from {
			return width(before), y
		}
	}
	t.Fatalf("no %q on\n%s", text, ansi.Strip(m.screen()))
	return 0, 0
}

func click(m *model, x, y int) tea.Cmd {
	_, cmd := m.Update(tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft})
	return cmd
}

// A consumer is selected wherever its name stands, and what the footer offers then is done to it.
func TestAClickChoosesAConsumerAndThenItsKey(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 36}} {
		m, f := dashboard(flooded(), size[0], size[1])
		_, y := find(t, m, 0, "CONSUMERS")
		x, row := find(t, m, y, "order-3")
		click(m, x+30, row)
		if m.selected != "order-3" {
			t.Errorf("%v: a click into the row of order-3 selects %q", size, m.selected)
		}
		x, row = find(t, m, 0, "order-1")
		click(m, x+1, row)
		if m.selected != "order-1" {
			t.Errorf("%v: a click on the reader of P0 selects %q", size, m.selected)
		}
		x, row = find(t, m, size[1]-1, "s stop")
		carryOut(m, click(m, x, row))
		if len(f.asked) != 1 || f.asked[0] != lab.Command(lab.Stop{Name: "order-1"}) {
			t.Errorf("%v: a click on stop asked for %#v", size, f.asked)
		}
	}
}

// Lines of questions are there to be clicked.
func TestAClickChoosesALine(t *testing.T) {
	m, f := dashboard(flooded(), 100, 30)
	press(m, "F")
	x, y := find(t, m, 0, "10,000")
	carryOut(m, click(m, x, y))
	if len(f.asked) != 1 || f.asked[0] != lab.Command(lab.Flood{Count: 10_000}) || m.dialog != nil {
		t.Errorf("asked for %#v", f.asked)
	}
	press(m, ":")
	typedKeys(m, "ledger")
	x, y = find(t, m, 0, "ledger: is anything lost?")
	if click(m, x, y); m.page != ledgerPage || m.finder != nil {
		t.Errorf("page %d", m.page)
	}
	press(m, "1", "q")
	if click(m, 50, 3); m.dialog == nil {
		t.Error("a click beside a question answers it")
	}
}

func TestTheWheelScrolls(t *testing.T) {
	m, _ := dashboard(crowded(), 100, 30)
	press(m, "5")
	m.Update(tea.MouseWheelMsg{Button: tea.MouseWheelDown})
	if m.top[partitionsPage] == 0 {
		t.Error("nothing moved")
	}
	for range 3 {
		m.Update(tea.MouseWheelMsg{Button: tea.MouseWheelUp})
	}
	if m.top[partitionsPage] != 0 {
		t.Errorf("at %d", m.top[partitionsPage])
	}
	press(m, "1")
	before := m.pressed
	m.Update(tea.MouseWheelMsg{Button: tea.MouseWheelDown})
	if m.selected != "" || len(m.pressed) != len(before) {
		t.Errorf("the wheel selected %q, pressed %q", m.selected, m.pressed)
	}
}

func TestTheMouseIsGivenBack(t *testing.T) {
	m, _ := dashboard(flooded(), 100, 30)
	if m.View().MouseMode == tea.MouseModeNone {
		t.Error("it is not asked for")
	}
	if press(m, "M"); m.View().MouseMode != tea.MouseModeNone {
		t.Error("it is kept")
	}
	if press(m, "M"); m.View().MouseMode == tea.MouseModeNone {
		t.Error("it does not come back")
	}
}

// What stands on the screen can be had: a number, the line of a consumer, or all of it.
func TestWhatIsOnTheScreenIsCopied(t *testing.T) {
	var copied string
	m, _ := dashboard(flooded(), 100, 30)
	m.options.Clipboard = func(_ context.Context, text string) error { copied = text; return nil }
	x, y := find(t, m, 0, "1,782")
	_, cmd := m.Update(tea.MouseClickMsg{X: x + 2, Y: y, Button: tea.MouseRight})
	if carryOut(m, cmd); copied != "1,782" {
		t.Errorf("copied %q", copied)
	}
	_, cmd = m.Update(tea.MouseClickMsg{X: 99, Y: 29, Button: tea.MouseRight})
	if cmd != nil {
		t.Error("a blank is copied")
	}
	m.selected = "order-2"
	if carryOut(m, m.obey(keyPress("y"))); !strings.Contains(copied, "order-2") || strings.Contains(copied, "\n") {
		t.Errorf("copied %q", copied)
	}
	m.selected = ""
	if carryOut(m, m.obey(keyPress("y"))); !strings.Contains(copied, "PARTITIONS") || !strings.Contains(copied, "EVENTS") {
		t.Errorf("copied %q", copied)
	}
}

// carryOut runs a command as Bubble Tea does, the parts of a batch one after the other.
func carryOut(m *model, cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	msg := cmd()
	if batch, ok := msg.(tea.BatchMsg); ok {
		for _, part := range batch {
			carryOut(m, part)
		}
		return
	}
	m.Update(msg)
}
