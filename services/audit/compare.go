package audit

import (
	"errors"

	"blackfriday/kafka/phrase"
	books "blackfriday/services/ledger"
)

// Compare holds a count against the books that an auditor kept all along. Both read the same topics, in other ways and
// with other code, so that a mistake in one shows. Nothing may have changed between them, and the books must not be
// behind. The error names every figure in which they differ; it is nil when they agree to the message.
//
// A count does not know who works on what, or whose commit it was: what the books call lost or foreign it calls lost, and
// what they call in flight, waiting or expired is waiting to it. Payments that were deleted it has never seen.
func Compare(c Count, p *books.Picture) error {
	t := p.Total
	var errs []error
	for _, one := range []struct {
		what            phrase.Phrase
		counted, booked int64
	}{
		{phrase.New("payments"), c.Payments, t.Payments.Count},
		{phrase.New("payments done"), c.Done, t.Done.Count},
		{phrase.New("payments in the DLQ"), c.Dead, t.DLQ.Count},
		{phrase.New("payments lost or foreign"), c.Lost, t.Lost.Count + t.Foreign.Count},
		{phrase.New("payments in flight, waiting or expired"), c.Waiting, t.InFlight.Count + t.Waiting.Count + t.Expired.Count},
		{phrase.New("duplicates"), c.Duplicates, t.Duplicates.Count},
		{phrase.New("payments mailed"), c.Mailed, p.Emails},
		{phrase.New("payments mailed again"), c.MailedAgain, p.EmailsTwice},
		{phrase.New("dead letters of orders"), c.LettersOfOrder, p.LettersOfOrder},
	} {
		if one.counted != one.booked {
			errs = append(errs, phrase.Errorf("%d %s by the count, %d by the books", one.counted, one.what, one.booked))
		}
	}
	return errors.Join(errs...)
}
