package tui

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"blackfriday/services/deadletters"
	"blackfriday/services/messages"
)

func TestLettersAreAskedFor(t *testing.T) {
	cursor := messages.Cursor{0: {First: 3, Next: 9}}
	tests := []struct {
		keys string
		want deadletters.Query
	}{
		{"9", deadletters.Query{}},
		{"9 right", deadletters.Query{Code: "not-json"}},
		{"9 left", deadletters.Query{Code: "price-not-positive"}},
		{"9 right / x enter", deadletters.Query{Code: "not-json", Filter: "x"}},
		{"9 pgdown pgdown pgdown", deadletters.Query{Before: cursor}},
		{"9 pgdown pgdown up", deadletters.Query{}},
	}
	for _, test := range tests {
		f := buried()
		f.letters.Cursor = cursor
		reading(flooded(), f, 100, 30, strings.Fields(test.keys)...)
		test.want.Limit = pageOfLetters
		if last := f.lists[len(f.lists)-1]; !reflect.DeepEqual(last, test.want) {
			t.Errorf("%s asked for %+v, want %+v", test.keys, last, test.want)
		}
	}
}

func TestLettersAreSentAgain(t *testing.T) {
	at := func(rows ...int) (out []messages.Place) {
		for _, row := range rows {
			out = append(out, buried().letters.Letters[row].Place)
		}
		return out
	}
	tests := []struct {
		keys string
		want deadletters.Order
	}{
		{"9 R enter", deadletters.Order{Letters: at(0), Repair: deadletters.Fix}},
		{"9 down R 2", deadletters.Order{Letters: at(1), Repair: deadletters.AsIs}},
		{"9 m down m R 3", deadletters.Order{Letters: inOrder(at(0, 2)), Repair: deadletters.Fix}},
		{"9 m m up m R 4", deadletters.Order{Letters: at(0), Repair: deadletters.AsIs}},
		{"9 R 3 y", deadletters.Order{Letters: at(0), Repair: deadletters.Fix}},
		{"9 R 4 y", deadletters.Order{Letters: at(0), Repair: deadletters.AsIs}},
		{"9 down down down R 2", deadletters.Order{Letters: at(3), Repair: deadletters.AsIs, Again: true}},
		{"9 E ctrl+s", deadletters.Order{Letters: at(0), Repair: deadletters.Replace, Value: payment(40)}},
	}
	for _, test := range tests {
		f := buried()
		f.letters.Older = false
		m := reading(flooded(), f, 100, 30, strings.Fields(test.keys)...)
		if len(f.orders) == 0 || !reflect.DeepEqual(f.orders[0], test.want) {
			t.Errorf("%s sent %+v, want %+v", test.keys, f.orders, test.want)
		}
		if m.letters.sent == nil || len(m.letters.marked) != 0 {
			t.Errorf("%s: the results are not shown, or the marks stay", test.keys)
		}
	}
}

func TestSendingAllAsksWithTheNumber(t *testing.T) {
	for keys, want := range map[string]string{"9 R 3": "1,009 letters", "9 right R 3": "1,003 letters", "9 / x enter R 3": "that match the filter"} {
		f := buried()
		m := reading(flooded(), f, 100, 30, strings.Fields(keys)...)
		shows(t, m, "Send all of them again", want)
		for _, refusal := range []string{"enter", "esc"} {
			if act(m, refusal); len(f.orders) != 0 {
				t.Errorf("after %s %s letters were sent", keys, refusal)
			}
		}
	}
}

func TestAllLettersThatTheQueryIsAboutAreSent(t *testing.T) {
	f := buried()
	m := reading(flooded(), f, 100, 30, "9", "right", "/", "x", "enter", "R", "4", "y")
	if want := (deadletters.Query{Code: "not-json", Filter: "x"}); !reflect.DeepEqual(f.lists[len(f.lists)-1], want) {
		t.Errorf("sent what %+v is about, want %+v", f.lists[len(f.lists)-1], want)
	}
	shows(t, m, "9 sent again as new payments", "✓ P0@20")
}

func TestManyMarkedLettersAreSentInPortionsOnceEach(t *testing.T) {
	f := buried()
	f.letters.Letters = nil
	for i := range 3*sentAtOnce + 1 {
		f.letters.Letters = append(f.letters.Letters, deadletters.Letter{Message: messages.Message{Place: messages.Place{Offset: int64(1000 - i)}}})
	}
	m := reading(flooded(), f, 100, 30, "9")
	for range f.letters.Letters {
		act(m, "m")
	}
	act(m, "R", "4")
	var sent []messages.Place
	for _, o := range f.orders {
		if len(o.Letters) > sentAtOnce {
			t.Errorf("%d letters at once", len(o.Letters))
		}
		sent = append(sent, o.Letters...)
	}
	if !slices.IsSortedFunc(sent, func(a, b messages.Place) int { return int(a.Offset - b.Offset) }) || len(sent) != 301 {
		t.Errorf("%d letters were sent, or not in the order in which they were refused", len(sent))
	}
	shows(t, m, "301 sent again as new payments")
}

func TestSendingCanBeStopped(t *testing.T) {
	f := buried()
	m := reading(flooded(), f, 100, 30, "9", "m")
	m.dialog = nil
	act(m, "R")
	_, cmd := m.Update(keyPress("1"))
	shows(t, m, "esc stops")
	act(m, "esc")
	m.Update(cmd())
	if len(f.orders) != 0 {
		t.Fatalf("sent %v after it was stopped", f.orders)
	}
	shows(t, m, "stopped before all letters were sent")
	act(m, "esc")
	shows(t, m, "LETTER P")
}

func TestARefusedEditComesBack(t *testing.T) {
	f := buried()
	f.refuse = map[messages.Place]error{f.letters.Letters[0].Place: errors.New("send P0@20 again: this is no payment")}
	m := reading(flooded(), f, 100, 30, "9", "E")
	typedKeys(m, "x")
	act(m, "ctrl+s")
	shows(t, m, "Repair letter P0@20", "this is no payment")
	if !strings.HasPrefix(m.form.text(0), "x{") {
		t.Fatalf("what was typed is lost: %q", m.form.text(0))
	}
}

func TestWhatIsTooLargeIsNotEdited(t *testing.T) {
	f := buried()
	f.letters.Letters[0].Original = make([]byte, mostEdited+1)
	f.letters.Letters[1].Truncated = true
	for _, keys := range []string{"9 E", "9 down E"} {
		if m := reading(flooded(), f, 100, 30, strings.Fields(keys)...); m.form != nil {
			t.Errorf("%s opens a text box", keys)
		} else {
			shows(t, m, "too large to be edited")
		}
	}
}

func TestExportWritesANewFileAndNeverOverAnOldOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.jsonl")
	f := buried()
	m := reading(flooded(), f, 160, 45, "9", "w")
	m.form = m.exportForm()
	m.form.fields[0] = newField("file", path, false)
	m.form.focus(0)
	act(m, "enter")
	shows(t, m, "2 dead letters written to")
	if got, err := os.ReadFile(path); err != nil || string(got) != "{}\n{}\n" {
		t.Fatalf("the file holds %q, %v", got, err)
	}
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	act(m, "w", "enter")
	shows(t, m, "exists and is left as it is", "Export dead letters")
	if got, _ := os.ReadFile(path); string(got) != "mine" {
		t.Fatalf("the file was overwritten with %q", got)
	}
}

func TestNewLettersAppearByThemselves(t *testing.T) {
	f := buried()
	m := reading(flooded(), f, 100, 30, "9", "down", "down")
	chosen, _ := m.letters.letter()
	frame := func(total int64, at time.Duration) {
		s := flooded()
		s.DLQ.Total = total
		if _, cmd := m.Update(frameMsg{noon().Add(at), s}); m.letters.work != nil {
			m.Update(cmd().(tea.BatchMsg)[1]())
		}
	}
	frame(14, 2*time.Second)
	if len(f.lists) != 1 {
		t.Fatal("the letters are read again although there are no new ones")
	}
	f.letters.Letters = append([]deadletters.Letter{{Message: messages.Message{Place: messages.Place{Offset: 99}}}}, f.letters.Letters...)
	frame(15, 3*time.Second)
	if l, _ := m.letters.letter(); len(f.lists) != 2 || l.Place != chosen.Place {
		t.Fatalf("read %d times; chosen is %v, want %v", len(f.lists), l.Place, chosen.Place)
	}
	frame(16, 3500*time.Millisecond)
	if len(f.lists) != 2 {
		t.Fatal("the letters are read more often than once a second")
	}
}

func TestALetterAboutAnOrderSaysSo(t *testing.T) {
	f := buried()
	f.letters.Letters[0].Source = messages.Place{Topic: "order-created", Partition: 0, Offset: 339}
	f.letters.Letters[1].Source = messages.Place{}
	for _, w := range []int{80, 100, 160} {
		shows(t, reading(flooded(), f, w, 30, "9"), " order P0@339 ", " –  ", " P2@213 ", "  from  ")
	}
}

func TestAnEmptyQueueSaysHowItFills(t *testing.T) {
	for _, w := range []int{80, 140, 160} {
		shows(t, reading(flooded(), &fakeDesk{}, w, 30, "9"), "Poison pills (p) come here when a consumer meets them.")
		shows(t, reading(lossy(), &fakeDesk{}, w, 30, "9"), "The policy is retry: no pill comes here. n changes it.")
	}
}
