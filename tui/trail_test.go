package tui

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"blackfriday/services/messages"
)

func TestPaymentsAreFollowedFromAnywhere(t *testing.T) {
	s := flooded()
	s.Orders[1].Last.Offset = 333
	for keys, want := range map[string]messages.Payment{
		"0 down v":                  {Partition: 1, Offset: 400},
		"9 down v":                  {Partition: 1, Offset: 214},
		"V P 1 @ 2 1 5 enter":       {Partition: 1, Offset: 215},
		"v 0 @ 7 enter":             {Partition: 0, Offset: 7},
		"down down v":               {Partition: 1, Offset: 333},
		"9 v down down v":           {Partition: 1, Offset: 215},
		"V 1 @ 2 1 5 enter u":       {Partition: 1, Offset: 215},
		"V 1 @ 2 1 5 enter enter u": {Partition: 1, Offset: 215},
	} {
		f := followedTwice()
		m := reading(s, f, 100, 30, strings.Fields(keys)...)
		if n := len(f.followed); n == 0 || f.followed[n-1] != want || m.page != trailPage {
			t.Errorf("%s followed %v, want %v", keys, f.followed, want)
		}
	}
}

func TestWhatNamesNoPaymentCannotBeFollowed(t *testing.T) {
	f := browsed()
	f.page.Messages[11].Topic = "order-created"
	m := reading(flooded(), f, 100, 30, "0", "v")
	shows(t, m, "its headers name no payment")
	if len(f.followed) != 0 {
		t.Fatalf("followed %v", f.followed)
	}
}

func TestDuplicatesAndWhatIsMissingAreNamed(t *testing.T) {
	m := reading(flooded(), followedTwice(), 100, 30, followKeys()...)
	shows(t, m, "There is a second order", "DUPLICATE", "+112 ms", "counted it")
	if strings.Contains(text(m), "not yet") {
		t.Errorf("something is missing:\n%s", text(m))
	}
	f := followedTwice()
	f.trace.Hops = f.trace.Hops[:2]
	shows(t, reading(flooded(), f, 100, 30, followKeys()...), "e-mail       ◔ not yet")
	f.trace.Hops = f.trace.Hops[:1]
	shows(t, reading(flooded(), f, 100, 30, followKeys()...), "order        ◔ not yet", "e-mail       ◔ not yet")
	shows(t, reading(flooded(), redrivenTrace(), 100, 30, followKeys()...), "dead letter", "sent again", "from DLQ P0@13", "order        ◔ not yet")
	f = followedTwice()
	f.trace.Gone, f.trace.More, f.trace.Hops = true, 17, f.trace.Hops[1:2]
	shows(t, reading(flooded(), f, 100, 30, followKeys()...), "The payment itself is not there", "17 more records")
}

func TestTheSearchShowsHowFarItIsAndCanBeStopped(t *testing.T) {
	f := followedTwice()
	m := reading(flooded(), f, 100, 30, "V", "1", "@", "2", "1", "5")
	_, cmd := m.Update(keyPress("enter"))
	shows(t, m, "searching ...")
	done := cmd()
	m.Update(frameMsg{noon(), flooded()})
	shows(t, m, "30 of 100 records", "P1@215")
	if got := text(m); strings.Contains(got, "not yet") {
		t.Fatalf("it says what is missing while it searches:\n%s", got)
	}
	m.Update(done)
	shows(t, m, "3,404 records searched")
	f.err = fmt.Errorf("follow P1@215: %w", t.Context().Err())
	act(m, "esc")
	if m.page != dashboardPage {
		t.Fatalf("esc leads to page %d", m.page)
	}
}

func TestCopyGoesToTheClipboardWithoutControlCharacters(t *testing.T) {
	f := browsed()
	f.page.Messages[11].Value = []byte("{\"a\":1}\x1b[201~rm -rf\u202e\nnext")
	m := reading(flooded(), f, 100, 30, "0")
	_, cmd := m.Update(keyPress("y"))
	got := fmt.Sprint(cmd())
	if got != "{\"a\":1}\\x1b[201~rm -rf\\u202e\nnext" {
		t.Fatalf("copied %q, in base64 %s", got, base64.StdEncoding.EncodeToString([]byte(got)))
	}
	shows(t, m, "copied to the clipboard")
	f.page.Messages = nil
	m = reading(flooded(), f, 100, 30, "0")
	if _, cmd := m.Update(keyPress("y")); cmd != nil {
		t.Fatal("something is copied where nothing is chosen")
	}
}

func TestTimesBetweenHops(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "+0 ms", -300 * time.Microsecond: "+0 ms", 999 * time.Microsecond: "+0 ms", -time.Millisecond: "-1 ms", 112 * time.Millisecond: "+112 ms",
		-2500 * time.Millisecond: "-2.5 s", 90 * time.Second: "+1:30",
	} {
		if got := (&styles{}).after(d); got != want {
			t.Errorf("%v is written %q, want %q", d, got, want)
		}
	}
	f := followedTwice()
	f.trace.Hops = f.trace.Hops[:3]
	shows(t, reading(flooded(), f, 100, 30, followKeys()...), "From the payment to the last of its 3 records: 131 ms.")
	f.trace.Hops = f.trace.Hops[:1]
	shows(t, reading(flooded(), f, 100, 30, followKeys()...), "Nothing but this record belongs to the payment so far.")
}

func TestPlacesOfPayments(t *testing.T) {
	for text, want := range map[string]messages.Payment{
		"P1@215": {Partition: 1, Offset: 215}, "1@215": {Partition: 1, Offset: 215}, " p12@1,500 ": {Partition: 12, Offset: 1500},
	} {
		if got, err := parsePayment(text); err != nil || got != want {
			t.Errorf("%q is %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "P1", "@", "1@", "@1", "-1@5", "1@-5", "1@99999999999999999999", "4294967296@1", "1@2@3", "P1@x"} {
		if got, err := parsePayment(text); err == nil {
			t.Errorf("%q is taken for %v", text, got)
		}
	}
}
