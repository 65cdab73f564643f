package scenarios

import (
	"blackfriday/kafka/phrase"
	"blackfriday/services/audit"
	"blackfriday/services/lab"
)

// closed waits for books in which every payment has come to its end.
func closed() Condition {
	return Condition{
		Text: phrase.New("books that are not behind, with nothing in flight or waiting"),
		Holds: func(s *lab.Snapshot) bool {
			b := s.Ledger
			return b != nil && b.Complete() && b.Total.InFlight.Count+b.Total.Waiting.Count == 0
		},
	}
}

// disagreement holds the count of a moment against the books that the lab's auditor kept all along; nil when they agree to
// the message. Nobody but the lab commits in a scenario, so the books have no reason to call a payment foreign.
func disagreement(m Moment) error {
	books := m.Picture.Ledger
	switch {
	case books == nil || !books.Known:
		return phrase.Errorf("there are no books")
	case !books.Complete():
		return phrase.Errorf("the books are %s offsets behind", count(books.Behind+books.Held))
	case books.Total.Foreign.Count > 0:
		return phrase.Errorf("the books call %s payments foreign", count(books.Total.Foreign.Count))
	}
	return audit.Compare(*m.Count, books)
}

// booksAgree: two who count with different code, one all along and one afterwards, come to the same in every part.
func booksAgree(r Result) Check {
	c := Check{
		Name:     phrase.New("books agree"),
		Expected: phrase.New("the ledger and a recount from scratch agree to the message in every part"),
		Passed:   true,
	}
	var wrong []phrase.Phrase
	compared := 0
	for _, m := range r.Moments {
		if m.Count == nil {
			continue
		}
		compared++
		if err := disagreement(m); err != nil {
			wrong = append(wrong, phrase.New("%s: %s", m.Name, oneLine{err}))
		}
	}
	c.Passed = compared > 0 && len(wrong) == 0
	c.Measured = listed(wrong, agreement(r, compared))
	return c
}

// agreement says in which figures they agree.
func agreement(r Result, compared int) phrase.Phrase {
	if r.Count == nil {
		return phrase.New("nothing was counted")
	}
	text := phrase.New("%s payments = %s done + %s in the DLQ + %s lost, and %s duplicates",
		count(r.Count.Payments), count(r.Count.Done), count(r.Count.Dead), count(r.Count.Lost), count(r.Count.Duplicates))
	if compared > 1 {
		return phrase.New("%s, in %d counts", text, compared)
	}
	return text
}
