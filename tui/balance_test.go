package tui

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"blackfriday/services/lab"
	"blackfriday/services/ledger"
)

// balanceOf is the books in one line of w cells, as a person reads it.
func balanceOf(s *lab.Snapshot, w int) string {
	return ansi.Strip(balanceLine(newStyles(ThemeDark, false, true), s, w))
}

// with is s after a change of its books.
func with(s *lab.Snapshot, change func(*ledger.Picture)) *lab.Snapshot {
	change(s.Ledger)
	return s
}

func TestTheBalanceSaysWhatItKnowsAndNoMore(t *testing.T) {
	failing := func(p *ledger.Picture) { p.Err = errors.New("read order-created: connection refused") }
	wrong := func(p *ledger.Picture) { p.Total.Done.Count++ }
	silent := func(p *ledger.Picture) { p.Looked = noon().Add(-7 * time.Second) }
	hides := func(p *ledger.Picture) { p.Blocked, p.Behind = nil, 7_843 }
	held := func(p *ledger.Picture) { p.At, p.Held = noon().Add(-time.Minute), 500 } // what is proven is old, not the look
	taken := func(p *ledger.Picture) { move(&p.Total.Waiting, &p.Total.Foreign, 329) }
	expired := func(p *ledger.Picture) { move(&p.Total.Waiting, &p.Total.Expired, 9) }
	for name, test := range map[string]struct {
		s    *lab.Snapshot
		w    int
		want string
	}{
		"balanced": {audited(), 120,
			"1,782 payments = 988 orders + 14 DLQ + 3 in flight + 777 waiting ✓ lost 0 duplicates 3"},
		"shorter": {audited(), 100, "1,782 payments = 988 orders + 14 DLQ + 3 in flight + 777 waiting ✓ lost 0 dup 3"},
		"narrow":  {audited(), 80, "1,782 = 988 orders + 14 DLQ + 3 flight + 777 waiting ✓ lost 0 dup 3"},
		"euros": {audited(), 160, "1,782 payments €81,310.32 = 988 orders €45,438.12 + 14 DLQ €0.00 + 3 in flight €137.97 + " +
			"777 waiting €35,734.23 ✓ lost 0 duplicates 3"},
		"lost": {lossy(), 110,
			"1,782 = 979 orders + 14 DLQ + 3 flight + 725 waiting + 9 lost + 40 foreign + 12 expired ✕ LOST 9"},
		"lost, narrow": {lossy(), 80, "1,782=979 orders+14 DLQ+3 flight+725 waiting+9 lost+52 other ✕ LOST 9"},
		"behind": {behind(), 120,
			"1,782 payments = 988 orders + 14 DLQ + 3 in flight + 777 waiting 12,000 behind ◔ lost 0 duplicates 3"},
		"behind, narrow": {behind(), 80, "1,782 = 988 orders + 14 DLQ + 3 flight + 777 waiting behind ◔ lost 0 dup 3"},
		"blocked":        {transacting(), 120, "780 waiting open transaction ◔ lost 0 duplicates 0"},
		"hidden":         {with(transacting(), hides), 120, "780 waiting open transaction ◔ lost 0 duplicates 0"},
		"hidden, narrow": {with(transacting(), hides), 80, "780 waiting open tx ◔ lost 0 dup 0"},
		"failing":        {with(audited(), failing), 120, "777 waiting auditor failed ! lost 0 duplicates 3"},
		"silent":         {with(audited(), silent), 120, "silent 0:07 ◔ lost 0 duplicates 3"},
		"after one":      {with(audited(), held), 120, "777 waiting ✓ lost 0 duplicates 3"},
		"foreign": {with(audited(), taken), 120,
			"1,782 payments = 988 orders + 14 DLQ + 3 in flight + 448 waiting + 329 foreign foreign unproven ! lost 0 dup 3"},
		"foreign, narrow": {with(audited(), taken), 80, "1,782 = 988 orders + 14 DLQ + 3 flight + 448 waiting + 329 foreign ! lost 0"},
		"expired":         {with(audited(), expired), 120, "+ 9 expired expired unread ! lost 0 dup 3"},
		"wrong":           {with(audited(), wrong), 120, "DOES NOT ADD UP"},
		"nothing yet":     {unaudited(), 80, "◔ The auditor reads the topics: no balance yet."},
		"no auditor":      {unread(), 80, "◔ The auditor reads the topics: no balance yet."},
		"failed at once":  {with(unaudited(), failing), 80, "! The auditor cannot read: read order-created: connection refused"},
	} {
		line := balanceOf(test.s, test.w)
		if got := strings.Join(strings.Fields(line), " "); !strings.Contains(got, test.want) || width(line) != test.w {
			t.Errorf("%s:\n%q, want\n%q", name, got, test.want)
		}
	}
}

// figures are the numbers of payments that a line names: after the first, those of the parts.
func figures(t *rapid.T, line string) (total int64, parts []int64) {
	sum, _, _ := strings.Cut(line, "  ")
	for i, digits := range regexp.MustCompile(`[\d,]+`).FindAllString(sum, -1) {
		n, err := strconv.ParseInt(strings.ReplaceAll(digits, ",", ""), 10, 64)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if i == 0 {
			total = n
		} else {
			parts = append(parts, n)
		}
	}
	return total, parts
}

func TestTheBalanceLineBalances(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.SampledFrom([]int64{1, 1_000, 1_000_000, 1e12}).Draw(t, "limit")
		some := func(name string) ledger.Sum {
			return ledger.Sum{Count: rapid.Int64Range(0, limit).Draw(t, name), Cents: rapid.Int64Range(0, 1e6).Draw(t, name)}
		}
		e := ledger.Entry{Done: some("done"), DLQ: some("dlq"), InFlight: some("flight"), Waiting: some("waiting"), Duplicates: some("twice")}
		if rapid.Bool().Draw(t, "trouble") {
			e.Lost, e.Foreign, e.Expired = some("lost"), some("foreign"), some("expired")
		}
		for _, p := range []ledger.Sum{e.Done, e.DLQ, e.InFlight, e.Waiting, e.Lost, e.Foreign, e.Expired} {
			e.Payments.Count += p.Count
			e.Payments.Cents += p.Cents
		}
		s := running(1, 1)
		s.Ledger.Total = e
		w := rapid.IntRange(minWidth, 200).Draw(t, "width")
		line := balanceOf(s, w)
		lost := "✓ lost 0"
		switch {
		case e.Lost.Count > 0:
			lost = "LOST " + english().number(e.Lost.Count)
		case beyond(e):
			lost = "! lost 0"
		}
		if width(line) != w || !strings.Contains(line, lost) || strings.Contains(line, "ADD UP") {
			t.Fatalf("%d cells: %q does not say %q", w, line, lost)
		}
		if strings.ContainsAny(line, "≈€") {
			return // rounded numbers make no sum, and euros are not payments
		}
		total, parts := figures(t, line)
		sum := int64(0)
		for _, n := range parts {
			sum += n
		}
		if total != e.Payments.Count || sum != total {
			t.Fatalf("%d cells: %q: the parts are %d", w, line, sum)
		}
	})
}

func TestADoubtMovesNothing(t *testing.T) {
	sure := regexp.MustCompile(`[✓◔!] lost`)
	place := func(line string) string { return sure.ReplaceAllString(line, "  lost") }
	rapid.Check(t, func(t *rapid.T) {
		part := func(name string) ledger.Sum {
			return sumOf(rapid.Int64Range(0, rapid.SampledFrom([]int64{9, 1_000, 1_000_000}).Draw(t, "limit")).Draw(t, name))
		}
		e := ledger.Entry{Done: part("done"), DLQ: part("dlq"), InFlight: part("flight"), Waiting: part("waiting"), Duplicates: part("twice")}
		e.Payments = sumOf(e.Done.Count + e.DLQ.Count + e.InFlight.Count + e.Waiting.Count)
		w := rapid.IntRange(minWidth, 180).Draw(t, "width")
		s := running(1, 1)
		s.Ledger.Total = e
		certain := []rune(place(balanceOf(s, w)))
		for word, change := range map[string]func(*ledger.Picture){
			"behind": func(p *ledger.Picture) { p.Behind = rapid.Int64Range(1, 1e9).Draw(t, "behind") },
			"open":   func(p *ledger.Picture) { p.Blocked = []string{"order-created"} },
			"silent": func(p *ledger.Picture) { p.Looked = noon().Add(-time.Hour) },
			"failed": func(p *ledger.Picture) { p.Err = errors.New("no route") },
		} {
			books := *s.Ledger
			change(&books)
			unsure := *s
			unsure.Ledger = &books
			line := []rune(place(balanceOf(&unsure, w)))
			for i, r := range certain {
				if r != ' ' && line[i] != r {
					t.Fatalf("%s, %d cells:\n%q moves\n%q", word, w, string(line), string(certain))
				}
			}
		}
	})
}

func TestTheVerdictIsNoTermOfTheSumInASCII(t *testing.T) {
	if got := ansi.Strip(balanceLine(newStyles(ThemeDark, true, true), audited(), 80)); !strings.Contains(got, "777 waiting") || !strings.Contains(got, "  OK lost 0") {
		t.Errorf("%q", got)
	}
}

func TestABalanceOfAMillionIsExactOnTheSmallestScreen(t *testing.T) {
	s := running(1, 1)
	s.Ledger.Total = ledger.Entry{Payments: sumOf(1_000_000), Done: sumOf(612_345), DLQ: sumOf(1_014), InFlight: sumOf(12), Waiting: sumOf(386_629)}
	want := " 1,000,000 = 612,345 orders + 1,014 DLQ + 12 flight + 386,629 waiting"
	if got := balanceOf(s, 100); !strings.HasPrefix(got, want) {
		t.Errorf("%q", got)
	}
	if got := balanceOf(s, 80); strings.ContainsAny(got, "≈…") || !strings.Contains(got, "386,629 waiting") {
		t.Errorf("%q", got)
	}
}

func TestTheLedgerPageTellsEverything(t *testing.T) {
	m, _ := dashboard(lossy(), 160, 80)
	press(m, "8")
	got := text(m)
	for _, want := range []string{
		"1,782 payments", "979 orders", "9 lost", "€413.91", "40 foreign", "12 expired", "2 redriven", "Lost: 9 payments. Duplicates: 3.",
		"P2          594       389         5         1       147         0        40        12         2", "2  order-2", "not-json", "41 markers",
		"985 payments were mailed about", "2 e-mails were a second one", "3 name no payment", "1 name a payment that was never written", "6 were deleted before",
		"131 kB",
		"Duplicate: a second order", "Expired: retention deleted", "as of 11:59:59",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if t.Failed() {
		t.Log(got)
	}
}

func TestTheLedgerPageScrollsToItsEnd(t *testing.T) {
	m, _ := dashboard(crowded(), 80, 24)
	press(m, "f10")
	for range 40 {
		press(m, "pgdown")
	}
	if got := text(m); !strings.Contains(got, "before anybody had read it.") {
		t.Errorf("the end cannot be reached:\n%s", got)
	}
}

func TestMoneyIsExactToTheCent(t *testing.T) {
	st := newStyles(ThemeDark, false, true)
	for cents, want := range map[int64]string{0: "€0.00", 5: "€0.05", 8_131_032: "€81,310.32", -5: "-€0.05", -12_345: "-€123.45"} {
		if got := st.cents(cents); got != want {
			t.Errorf("%d cents are %q, want %q", cents, got, want)
		}
	}
}
