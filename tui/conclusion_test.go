package tui

import (
	"errors"
	"strings"
	"testing"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
	"blackfriday/services/ledger"
)

// taken is a lab of which another program committed some payments, retention deleted some, and some came twice.
func taken(foreign, expired, twice int64) *lab.Snapshot {
	s := flooded()
	e := &s.Ledger.Partitions[0]
	move(&e.Waiting, &e.Foreign, foreign)
	move(&e.Waiting, &e.Expired, expired)
	e.Duplicates = sumOf(twice)
	total(s.Ledger)
	return s
}

func TestTheConclusionIsAsSureAsTheAuditor(t *testing.T) {
	for want, s := range map[string]*lab.Snapshot{
		"✓ Nothing is lost, and no order or dead letter came twice.":                                                                                                     flooded(),
		"✓ Nothing is lost. Duplicate orders and dead letters: 3.":                                                                                                       audited(),
		"◔ Nothing is lost so far: the auditor is 12,000 records behind.":                                                                                                behind(),
		"◔ Nothing is lost so far: the auditor waits for an open transaction in order-created.":                                                                          transacting(),
		"! No consumer of this lab lost a payment. 329 were committed by another program, and what it did with them cannot be seen.":                                     taken(329, 0, 0),
		"! No consumer of this lab lost a payment. 1 was committed by another program, and what it did with it cannot be seen. 2 were deleted before anybody read them.": taken(1, 2, 0),
		"! No consumer of this lab lost a payment. Duplicate orders and dead letters: 7. 2 were deleted before anybody read them.":                                       taken(0, 2, 7),
		"✕ Lost: 9 payments. Duplicates: 3. The guarantee now is at-most-once. 40 were committed by another program":                                                     lossy(),
		"! The auditor cannot read on: no route":                                                                                                                         with(audited(), func(p *ledger.Picture) { p.Err = errors.New("no route") }),
		"✕ The parts do not add up":                                                                                                                                      with(audited(), func(p *ledger.Picture) { p.Total.Lost.Cents++ }),
		"The auditor reads the topics":                                                                                                                                   unaudited(),
	} {
		for _, w := range []int{80, 100, 160} {
			m, _ := dashboard(s, w, 30)
			press(m, "8")
			if got := strings.Join(strings.Fields(text(m)), " "); !strings.Contains(got, want) {
				t.Errorf("%d cells: it does not say %q:\n%s", w, want, text(m))
			}
		}
	}
}

// TestWhyTheAuditorCannotReadIsSaidInFrench, whatever words English has for it: what it wraps is another's.
func TestWhyTheAuditorCannotReadIsSaidInFrench(t *testing.T) {
	s := audited()
	s.Ledger.Err = phrase.Errorf("look up the topics %v: %w", "order-created", errors.New("no route"))
	m, _ := dashboard(s, 120, 36)
	m.cycleLanguage()
	press(m, "8")
	if got := strings.Join(strings.Fields(text(m)), " "); !strings.Contains(got, "chercher les topics order-created : no route") {
		t.Errorf("it says\n%s", got)
	}
}

func TestLettersBesideTheSumAreExplained(t *testing.T) {
	s := audited()
	m, _ := dashboard(s, 100, 40)
	press(m, "8")
	if got := text(m); strings.Contains(got, "letters besides") {
		t.Errorf("every letter is in the sum:\n%s", got)
	}
	s.Ledger.Records["dlq-payment"] += 5
	s.Ledger.LettersOfOrder = 5
	shows(t, m, "5 letters besides in dlq-payment: 5 about orders\n")
	s.Ledger.Records["dlq-payment"] += 2
	shows(t, m, "7 letters besides in dlq-payment: 5 about orders, 2 second or of other programs")
	m.width = 80
	shows(t, m, "7 letters besides: 5 about orders, 2 second or of other programs")
}

func TestInstancesStandAsOnTheDashboard(t *testing.T) {
	s := audited()
	s.Ledger.Services = []ledger.Service{{Name: "a-stranger"}, {Name: "analytics"}, {Name: "email"}, {Name: "order-10"}, {Name: "order-2"}, {Name: "order-1"}}
	got := make([]string, 0, len(s.Ledger.Services))
	for _, x := range likeDashboard(s) {
		got = append(got, x.Name)
	}
	if want := "order-1 order-2 email analytics a-stranger order-10"; strings.Join(got, " ") != want {
		t.Errorf("%v, want %s", got, want)
	}
}

// Where members outside the lab worked too, a loss may be theirs, and what our analytics counted is not all.
func TestOthersWorkedToo(t *testing.T) {
	s := lossy()
	ours := func(w, h int, key string) string {
		m, _ := dashboard(s, w, h)
		if key != "" {
			press(m, key)
		}
		return strings.Join(strings.Fields(text(m)), " ")
	}
	if got := ours(100, 60, "8"); strings.Contains(got, english().theirLoss()) {
		t.Errorf("nobody else worked here: %s", got)
	}
	if got := ours(120, 45, ""); !strings.Contains(got, "1,768 payments") {
		t.Errorf("not what our analytics counted: %s", got)
	}
	s.Shared = []lab.Kind{lab.OrderKind, lab.AnalyticsKind}
	if got := ours(100, 60, "8"); strings.Count(got, english().theirLoss()) != 2 {
		t.Errorf("in the conclusion and under the trials: %s", got)
	}
	if got := ours(120, 45, ""); strings.Contains(got, "1,768 payments") || !strings.Contains(got, "1,782 payments") || !strings.Contains(got, "says the auditor") {
		t.Errorf("not what the auditor counted: %s", got)
	}
	s.Ledger.Total.Lost, s.Trials = ledger.Sum{}, nil
	if got := ours(100, 60, "8"); strings.Contains(got, english().theirLoss()) {
		t.Errorf("nothing is lost: %s", got)
	}
}
