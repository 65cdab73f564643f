package tui

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"blackfriday/services/lab"
	"blackfriday/services/messages"
)

// shows fails unless the screen says all of it.
func shows(t *testing.T, m *model, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if got := text(m); !strings.Contains(got, want) {
			t.Fatalf("the screen does not say %q:\n%s", want, got)
		}
	}
}

func TestMessagesAreAskedFor(t *testing.T) {
	cursor := messages.Cursor{0: {First: 3, Next: 9}}
	all := messages.AllPartitions
	tests := []struct {
		keys string
		want messages.Query
	}{
		{"0", messages.Query{Topic: paymentTopic, Partition: all}},
		{"0 right", messages.Query{Topic: "order-created", Partition: all}},
		{"0 left", messages.Query{Topic: "dlq-payment", Partition: all}},
		{"0 / 4 2 enter", messages.Query{Topic: paymentTopic, Partition: all, Filter: "42"}},
		{"0 / q k f enter right", messages.Query{Topic: "order-created", Partition: all, Filter: "qkf"}},
		{"0 a 2 enter", messages.Query{Topic: paymentTopic, Partition: 2}},
		{"0 a P 1 enter a enter", messages.Query{Topic: paymentTopic, Partition: all}},
		{"0 O 2", messages.Query{Topic: paymentTopic, Partition: all, Origin: messages.FromBeginning}},
		{"0 O 3 1 , 5 0 0 enter", messages.Query{Topic: paymentTopic, Partition: all, Origin: messages.FromOffset, Offset: 1500}},
		{"0 O 4 enter", messages.Query{Topic: paymentTopic, Partition: all, Origin: messages.FromTime, Time: noon().Add(-time.Minute)}},
		{"0 u", messages.Query{Topic: paymentTopic, Partition: all}},
		{"0 pgdown pgdown pgdown", messages.Query{Topic: paymentTopic, Partition: all, Before: cursor}},
		{"0 up", messages.Query{Topic: paymentTopic, Partition: all, After: cursor}},
		{"0 O 2 pgdown pgdown pgdown", messages.Query{Topic: paymentTopic, Partition: all, Origin: messages.FromBeginning, After: cursor}},
		{"0 O 2 up", messages.Query{Topic: paymentTopic, Partition: all, Origin: messages.FromBeginning, Before: cursor}},
	}
	for _, test := range tests {
		f := browsed()
		f.page.Cursor, f.page.Newer = cursor, true
		reading(flooded(), f, 100, 30, strings.Fields(test.keys)...)
		test.want.Limit = pageOfMessages
		if last := f.queries[len(f.queries)-1]; !reflect.DeepEqual(last, test.want) {
			t.Errorf("%s asked for %+v, want %+v", test.keys, last, test.want)
		}
	}
}

func TestPagesAreTurnedWithTheCursorWhereTheEyeIs(t *testing.T) {
	f := browsed()
	f.page.Newer = true
	m := reading(flooded(), f, 100, 30, "0", "up")
	if m.browser.cursor != len(f.page.Messages)-1 {
		t.Errorf("going up to a newer page, the cursor stands at row %d", m.browser.cursor)
	}
	act(m, "down")
	if m.browser.cursor != 0 {
		t.Errorf("going down to an older page, the cursor stands at row %d", m.browser.cursor)
	}
	f.page.Older = false
	act(m, "u", "home", "pgdown", "pgdown", "pgdown", "pgdown")
	if asked := len(f.queries); asked != 4 || m.browser.cursor != len(f.page.Messages)-1 {
		t.Errorf("at the end of the topic it asked %d times and stands at row %d", asked, m.browser.cursor)
	}
}

func TestReadingThatFailsIsTold(t *testing.T) {
	f := browsed()
	f.err = errors.New("read order-created: the brokers do not answer")
	m := reading(flooded(), f, 100, 30, "0")
	shows(t, m, f.err.Error())
	f.err = nil
	act(m, "u")
	if got := text(m); strings.Contains(got, "do not answer") || !strings.Contains(got, "P2@401") {
		t.Fatalf("the error stays:\n%s", got)
	}
	m, _ = dashboard(flooded(), 100, 30)
	act(m, "0")
	shows(t, m, "no topic can be read")
	act(m, "9")
	shows(t, m, "no topic can be read")
}

func TestAnOldAnswerDoesNotReplaceANewerOne(t *testing.T) {
	f := browsed()
	m := reading(flooded(), f, 100, 30, "0")
	_, slow := m.Update(keyPress("right"))
	_, quick := m.Update(keyPress("right"))
	f.page.Messages = f.page.Messages[:3]
	m.Update(quick())
	f.page.Messages = f.page.Messages[:1]
	m.Update(slow())
	if n := len(m.browser.page.Messages); n != 3 {
		t.Fatalf("%d messages are shown, want the 3 of the newest answer", n)
	}
}

func TestEscStopsReadingAndThenLeaves(t *testing.T) {
	m := reading(flooded(), browsed(), 100, 30, "0")
	_, pending := m.Update(keyPress("u"))
	work := m.browser.work
	act(m, "esc")
	if m.page != messagesPage || m.browser.work != nil {
		t.Fatal("esc does not stop reading first")
	}
	if done, ok := pending().(pageMsg); !ok || done.work != work {
		t.Fatalf("the work brought %v", done)
	}
	act(m, "enter", "esc", "esc")
	if m.page != dashboardPage {
		t.Fatalf("page %d is shown after leaving", m.page)
	}
}

func TestALiveTailShowsTheNewestAndEndsWithThePage(t *testing.T) {
	f := browsed()
	var flood []messages.Message
	for i := range 2 * mostLive {
		flood = append(flood, messages.Message{Place: messages.Place{Topic: paymentTopic, Offset: int64(10_000 + i)}, At: noon(), Value: payment(i)})
	}
	f.bursts = []messages.Burst{{Messages: flood, Skipped: 1_000_000}}
	m := reading(flooded(), f, 100, 30, "0")
	_, cmd := m.Update(keyPress("l"))
	ended := make(chan any)
	go func() { ended <- cmd() }()
	for len(m.browser.page.Messages) != mostLive {
		m.Update(frameMsg{noon(), flooded()})
	}
	shows(t, m, "live", fmt.Sprintf("P0@%d", 10_000+2*mostLive-1), "1,000,500 too fast to show")
	act(m, "down", "enter")
	shows(t, m, fmt.Sprintf("P0@%d", 10_000+2*mostLive-2))
	m.browser.live.add(messages.Burst{Messages: []messages.Message{{Place: messages.Place{Topic: paymentTopic, Offset: 99_999}, At: noon()}}})
	m.Update(frameMsg{noon(), flooded()})
	shows(t, m, fmt.Sprintf("P0@%d", 10_000+2*mostLive-2))
	act(m, "1")
	m.Update(<-ended)
	if m.browser.live != nil || m.browser.err != nil {
		t.Fatalf("the live tail goes on: %v %v", m.browser.live, m.browser.err)
	}
}

func TestALiveTailTellsNewFromOldAndGoesOnElsewhere(t *testing.T) {
	m := reading(flooded(), browsed(), 100, 30, "0", "l")
	shows(t, m, "● live: 0 came", "12 read before")
	arrive := func(topic string) {
		m.browser.live.add(messages.Burst{Messages: []messages.Message{{Place: messages.Place{Topic: topic, Offset: 99_999}, At: noon()}}})
		m.Update(frameMsg{noon(), flooded()})
	}
	arrive(paymentTopic)
	shows(t, m, "● live: 1 came", "12 read before", "▸●12:00:00.000 P0@99999", "\n  11:59:58.630 P2@401")
	before := m.browser.live
	act(m, "right")
	if now := m.browser.live; now == nil || now == before || m.browser.query.Topic != "order-created" {
		t.Fatalf("live goes on as %v in %s", now, m.browser.query.Topic)
	}
	shows(t, m, "● live: 0 came", "Nothing came yet")
	arrive("order-created")
	shows(t, m, "● live: 1 came", "P0@99999")
	if strings.Contains(text(m), "read before") {
		t.Error("messages of another topic are left over")
	}
	act(m, "esc", "1")
}

func TestALiveTailIsBoundedInBytes(t *testing.T) {
	var list []messages.Message
	for i := range 10 {
		list = append(list, messages.Message{Place: messages.Place{Offset: int64(i)}, Value: make([]byte, 8<<20)})
	}
	if kept, gone := trimmed(list); len(kept) != 4 || gone != 6 || kept[3].Offset != 9 {
		t.Errorf("%d messages of 8 MB are kept and %d are gone", len(kept), gone)
	}
	if kept, _ := trimmed([]messages.Message{{Value: make([]byte, mostLiveBytes+1)}}); len(kept) != 1 {
		t.Error("one message that is larger than all there is room for is not shown")
	}
}

func TestAFrozenScreenTakesNothingFromTheTail(t *testing.T) {
	m := reading(flooded(), browsed(), 100, 30, "0", "l")
	m.browser.live.add(messages.Burst{Messages: []messages.Message{{Place: messages.Place{Offset: 99_999}, At: noon()}}})
	act(m, "space")
	m.Update(frameMsg{noon(), flooded()})
	if got := text(m); strings.Contains(got, "99999") {
		t.Fatalf("the screen is not frozen:\n%s", got)
	}
	act(m, "space")
	m.Update(frameMsg{noon(), flooded()})
	shows(t, m, "99999")
	act(m, "1")
}

func TestMessagesAreWrittenByHand(t *testing.T) {
	f := browsed()
	f.page = messages.Page{}
	m := reading(flooded(), f, 100, 30, "0", "right", "a", "1", "enter", "N", "v", "i", "p", "tab")
	typedKeys(m, "{\n  \"a\": \"\u202e\"\n}")
	f.err = errors.New("write to order-created P1: refused")
	act(m, "ctrl+s")
	want := messages.Draft{Topic: "order-created", Partition: 1, Key: []byte("vip"), Value: []byte(`{"a":"\u202e"}`)}
	if len(f.drafts) != 1 || !reflect.DeepEqual(f.drafts[0], want) {
		t.Fatalf("wrote %+v, want %+v", f.drafts, want)
	}
	shows(t, m, "Write a message", f.err.Error())
	f.err = nil
	act(m, "ctrl+s")
	shows(t, m, "written to order-created P1@77")
	if len(f.drafts) != 2 || m.form != nil {
		t.Fatalf("%d drafts, form %v", len(f.drafts), m.form)
	}
}

func TestNoLetterActsWhileATextBoxHasTheFocus(t *testing.T) {
	f := browsed()
	m, l := dashboard(flooded(), 100, 30)
	m.options.Messages = func() Messages { return f }
	act(m, "0", "/", "f", "k", "q", "?", "1", "space", "T", "R")
	if len(l.asked) != 0 || m.page != messagesPage || m.help || m.replay != nil || m.form.text(0) != "fkq?1 TR" {
		t.Fatalf("asked %v, page %d, box %q", l.asked, m.page, m.form.text(0))
	}
	act(m, "esc")
	if m.form != nil || m.page != messagesPage {
		t.Fatal("esc does not close the box")
	}
	m.Update(keyPress("/"))
	if _, cmd := m.Update(keyPress("ctrl+c")); cmd != nil || m.dialog == nil {
		t.Fatal("ctrl+c does not ask")
	}
}

func TestTopicsComeFromTheLab(t *testing.T) {
	s := flooded()
	s.Topics = []lab.Topic{{Name: "only"}}
	f := browsed()
	reading(s, f, 100, 30, "0", "right", "left")
	for _, q := range f.queries {
		if q.Topic != "only" {
			t.Errorf("asked for %q", q.Topic)
		}
	}
}
