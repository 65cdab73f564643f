package ledger

import (
	"blackfriday/kafka"
)

const (
	// maxAside is how many followers may wait for the payment they name to be read: then it is time to read payments.
	maxAside = 16 << 10
	// maxClaims is how many copies may wait for the dead letter they name to be read. Those beyond are not linked.
	maxClaims = 64 << 10
)

// books hold everything that was read, by identity. They are filled partition by partition: payments first, then what
// followed from them, so that whoever names a payment can be held against it.
type books struct {
	topicID string                         // of payment-successful
	next    map[kafka.TopicPartition]int64 // of all topics, the first offset that has not been entered
	sheets  []*sheet
	letters map[int32]*letters // by partition of dlq-payment
	till    *till

	aside  []follower // they name a payment beyond what has been read
	claims []place    // dead letters of which a payment says that it is a copy
	// blinded: orders or dead letters were deleted before they could be read.
	blinded bool

	services                  services
	codes                     codes
	emails, emailsTwice       int64
	lettersOfOrder            int64
	anonymous, forged, unread int64
	records, markers          map[string]int64
}

func newBooks(topicID string) *books {
	return &books{
		topicID: topicID, next: map[kafka.TopicPartition]int64{}, letters: map[int32]*letters{}, till: newTill(),
		services: services{}, codes: codes{}, records: map[string]int64{}, markers: map[string]int64{},
	}
}

// grow makes room for partitions of payment-successful that were added.
func (b *books) grow(partitions int) {
	for len(b.sheets) < partitions {
		b.sheets = append(b.sheets, newSheet())
	}
}

// enter enters what was read of a partition.
func (b *books) enter(s kafka.Stretch) {
	deleted := deletedOf(s)
	b.next[s.TopicPartition] = s.Next
	b.records[s.Topic] += int64(len(s.Records))
	b.markers[s.Topic] += s.Next - s.First - deleted - int64(len(s.Records))
	switch s.Topic {
	case kafka.PaymentSuccessful:
		b.enterPayments(s, deleted)
		return
	case kafka.DLQPayment:
		b.lettersOf(s.Partition).next = s.Next
		b.blinded = b.blinded || deleted > 0
	case kafka.OrderCreated:
		b.blinded = b.blinded || deleted > 0
	}
	for _, r := range s.Records {
		b.enterFollower(r)
	}
}

// deletedOf is how many offsets, from the first on, were deleted before they could be read. Some of them may never have
// held a record.
func deletedOf(s kafka.Stretch) int64 {
	next := s.Next
	if len(s.Records) > 0 {
		next = s.Records[0].Offset
	}
	return max(0, min(next, s.LogStart)-s.First)
}

func (b *books) enterPayments(s kafka.Stretch, deleted int64) {
	b.grow(int(s.Partition) + 1)
	sheet := b.sheets[s.Partition]
	sheet.next = s.Next
	if deleted > 0 {
		b.unread += deleted
		sheet.forget(s.First, s.First+deleted)
	}
	for _, r := range s.Records {
		sheet.pay(r.Offset, b.till.cents(r.Value))
		if len(r.Headers) == 0 {
			continue
		}
		if letter, ok := redriven(r); ok && len(b.claims) < maxClaims {
			b.claims = append(b.claims, letter)
		}
	}
}

// enterFollower enters an order, a dead letter or an e-mail.
func (b *books) enterFollower(r *kafka.Record) {
	h := headerOf(r)
	f := follower{at: place{r.Partition, r.Offset}, instance: h.instance, code: h.code}
	named := true
	switch r.Topic {
	case kafka.EmailSent:
		f.kind = anEmail
	case kafka.DLQPayment:
		f.kind = aLetter
		if string(h.source) == kafka.OrderCreated {
			b.lettersOfOrder++
			b.services.count(f.instance, aLetter, false)
			return
		}
		named = string(h.source) == kafka.PaymentSuccessful
	}
	payment, ok := placeOf(h.partition, h.offset)
	switch {
	case !named || !ok:
		b.anonymous++
	case len(h.topicID) > 0 && string(h.topicID) != b.topicID:
		b.forged++
	default:
		f.payment = payment
		b.meet(f)
	}
}

// meet counts a follower now if its payment has been read, else it puts it aside.
func (b *books) meet(f follower) {
	if p := f.payment; int(p.partition) < len(b.sheets) && p.offset < b.sheets[p.partition].next {
		b.count(f)
		return
	}
	b.aside = append(b.aside, f.kept())
}

// count counts a follower of a payment that has been read, or never was.
func (b *books) count(f follower) {
	sheet, offset := b.sheets[f.payment.partition], f.payment.offset
	if !sheet.knows(offset) {
		b.forged++
		return
	}
	var again bool
	switch f.kind {
	case anOrder:
		again = sheet.effect(offset, anOrder)
	case aLetter:
		again = sheet.effect(offset, aLetter)
		b.codes.count(f.code)
		b.lettersOf(f.at.partition).put(f.at.offset, f.payment)
	case anEmail:
		if again = sheet.mail(offset); again {
			b.emailsTwice++
		} else {
			b.emails++
		}
	}
	b.services.count(f.instance, f.kind, again)
}

// settle takes up again what was put aside. ends are where the partitions of payment-successful ended after all of it had
// been read: what is named beyond them was never written.
func (b *books) settle(ends []int64) {
	kept := b.aside[:0]
	for _, f := range b.aside {
		p := f.payment
		switch known := int(p.partition) < len(b.sheets); {
		case known && p.offset < b.sheets[p.partition].next:
			b.count(f)
		case int(p.partition) >= len(ends) || p.offset >= ends[p.partition]:
			b.forged++
		default:
			kept = append(kept, f)
		}
	}
	clear(b.aside[len(kept):])
	b.aside = kept
}

// settleClaims links copies with their dead letters. ends are where the partitions of dlq-payment ended after all claims
// had been read.
func (b *books) settleClaims(ends []int64) {
	if len(b.aside) > 0 {
		return // the letter may be among them
	}
	kept := b.claims[:0]
	for _, letter := range b.claims {
		if int(letter.partition) >= len(ends) || letter.offset >= ends[letter.partition] {
			continue
		}
		l := b.lettersOf(letter.partition)
		if letter.offset >= l.next {
			kept = append(kept, letter)
			continue
		}
		if payment, ok := l.at(letter.offset); ok {
			b.sheets[payment.partition].resend(payment.offset)
		}
	}
	b.claims = kept
}

// blind notes that what followed from payments may have been deleted unread: from those that stand before the ends, and
// were not proven before.
func (b *books) blind(proven *look, ends []int64) {
	b.blinded = false
	for id, end := range ends {
		first := int64(0)
		if proven != nil {
			first = proven.committed[int32(id)]
		}
		s := b.sheets[id]
		s.blind = joined(append(s.blind, span{first, end})...)
	}
}

func (b *books) lettersOf(partition int32) *letters {
	if b.letters[partition] == nil {
		b.letters[partition] = newLetters()
	}
	return b.letters[partition]
}

// bytes is about what the books take in memory.
func (b *books) bytes() int64 {
	const perAside, perClaim, perName = 160, 16, 256
	n := b.till.bytes() + int64(cap(b.aside))*perAside + int64(cap(b.claims))*perClaim +
		int64(len(b.services)+len(b.codes))*perName
	for _, s := range b.sheets {
		n += s.bytes()
	}
	for _, l := range b.letters {
		n += l.bytes()
	}
	return n
}
