package audit

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"blackfriday/kafka"
)

const topicID = "kZ0sXv6bQ9eFqXl1oQJt3g"

// at is a place in a topic.
type at struct {
	partition int32
	offset    int64
}

func (a at) headers(partitionKey, offsetKey string) []kafka.Header {
	return []kafka.Header{
		{Key: partitionKey, Value: strconv.AppendInt(nil, int64(a.partition), 10)},
		{Key: offsetKey, Value: strconv.AppendInt(nil, a.offset, 10)},
	}
}

func payment(where at) *kafka.Record {
	return &kafka.Record{Topic: kafka.PaymentSuccessful, Partition: where.partition, Offset: where.offset}
}

func child(topic, parentTopic string, parent, root at) *kafka.Record {
	return &kafka.Record{Topic: topic, Headers: slices.Concat(
		[]kafka.Header{{Key: kafka.HeaderSourceTopic, Value: []byte(parentTopic)}},
		parent.headers(kafka.HeaderSourcePartition, kafka.HeaderSourceOffset),
		[]kafka.Header{{Key: kafka.HeaderPaymentTopicID, Value: []byte(topicID)}},
		root.headers(kafka.HeaderPaymentPartition, kafka.HeaderPaymentOffset),
	)}
}

func order(where, of at) *kafka.Record {
	r := child(kafka.OrderCreated, kafka.PaymentSuccessful, of, of)
	r.Partition, r.Offset = where.partition, where.offset
	return r
}

// email is an e-mail of an order that does not say what payment it goes back to.
func email(of at) *kafka.Record {
	return without(child(kafka.EmailSent, kafka.OrderCreated, of, at{}), kafka.HeaderPaymentOffset)
}

// mailOf is an e-mail that does.
func mailOf(of, root at) *kafka.Record { return child(kafka.EmailSent, kafka.OrderCreated, of, root) }

func dead(parentTopic string, of at, code string) *kafka.Record {
	r := child(kafka.DLQPayment, parentTopic, of, of)
	r.Headers = append(r.Headers, kafka.Header{Key: kafka.HeaderErrorCode, Value: []byte(code)})
	return r
}

// without is the record with all headers of that name gone.
func without(r *kafka.Record, key string) *kafka.Record {
	r.Headers = slices.DeleteFunc(r.Headers, func(h kafka.Header) bool { return h.Key == key })
	return r
}

// with is the record with the header set.
func with(r *kafka.Record, key, value string) *kafka.Record {
	r = without(r, key)
	r.Headers = append(r.Headers, kafka.Header{Key: key, Value: []byte(value)})
	return r
}

// counted is what a ledger makes of the records: all of the topic id above, everything committed up to offset 10.
func counted(records ...*kafka.Record) Count {
	l := newLedger()
	l.topicID = topicID
	l.committed = map[int32]int64{0: 10}
	for _, r := range records {
		l.add(r)
	}
	return l.count()
}

func TestCount(t *testing.T) {
	p, q := at{0, 3}, at{0, 4}
	o, o2 := at{2, 0}, at{2, 1}
	for name, tc := range map[string]struct {
		records []*kafka.Record
		want    Count
	}{
		"nothing": {nil, Count{}},
		"a payment, its order and its e-mail": {
			[]*kafka.Record{payment(p), order(o, p), email(o)},
			Count{Payments: 1, Orders: 1, Emails: 1, Done: 1},
		},
		"in any order": {
			[]*kafka.Record{email(o), order(o, p), payment(p)},
			Count{Payments: 1, Orders: 1, Emails: 1, Done: 1},
		},
		"a pill in the DLQ": {
			[]*kafka.Record{payment(p), dead(kafka.PaymentSuccessful, p, "price-not-positive")},
			Count{Payments: 1, DLQ: 1, Dead: 1, Codes: map[string]int64{"price-not-positive": 1}},
		},
		"committed without an effect": {
			[]*kafka.Record{payment(p), payment(q), order(o, q), email(o)},
			Count{Payments: 2, Orders: 1, Emails: 1, Lost: 1, Done: 1},
		},
		"not committed yet": {
			[]*kafka.Record{payment(at{0, 10}), payment(at{1, 0})},
			Count{Payments: 2, Waiting: 2},
		},
		"done but not committed yet": {
			[]*kafka.Record{payment(at{1, 0}), order(o, at{1, 0}), email(o)},
			Count{Payments: 1, Orders: 1, Emails: 1, Done: 1},
		},
		"done twice": {
			[]*kafka.Record{payment(p), order(o, p), order(o2, p), email(o), email(o2)},
			Count{Payments: 1, Orders: 2, Emails: 2, Duplicates: 1, Done: 1},
		},
		"done three times, once in the DLQ": {
			[]*kafka.Record{payment(p), order(o, p), order(o2, p), email(o), email(o2), dead(kafka.PaymentSuccessful, p, "")},
			Count{Payments: 1, Orders: 2, Emails: 2, DLQ: 1, Duplicates: 2, Done: 1, Codes: map[string]int64{"": 1}},
		},
		"an order that waits for its e-mail": {
			[]*kafka.Record{payment(p), order(o, p)},
			Count{Payments: 1, Orders: 1, Unmailed: 1, Done: 1},
		},
		"two e-mails of one order": {
			[]*kafka.Record{payment(p), order(o, p), email(o), email(o)},
			Count{Payments: 1, Orders: 1, Emails: 2, MailDuplicates: 1, Done: 1},
		},
		"e-mails that name their payment": {
			[]*kafka.Record{
				payment(p), payment(q), order(o, p), order(o2, q), mailOf(o, p), mailOf(o2, q), mailOf(o2, q),
				with(mailOf(o, p), kafka.HeaderPaymentTopicID, "another"),
			},
			Count{Payments: 2, Orders: 2, Emails: 4, Done: 2, Mailed: 2, MailedAgain: 1, MailDuplicates: 2},
		},
		"an order that the e-mail service refused": {
			[]*kafka.Record{payment(p), order(o, p), dead(kafka.OrderCreated, o, "email-too-large")},
			Count{Payments: 1, Orders: 1, DLQ: 1, Done: 1, LettersOfOrder: 1, Codes: map[string]int64{"email-too-large": 1}},
		},
		"records of other programs": {
			[]*kafka.Record{
				{Topic: kafka.OrderCreated}, {Topic: kafka.EmailSent}, {Topic: kafka.DLQPayment}, {Topic: "elsewhere"},
				without(order(o, p), kafka.HeaderPaymentOffset), without(email(o), kafka.HeaderSourcePartition),
				dead("elsewhere", p, "code"), child(kafka.EmailSent, kafka.PaymentSuccessful, p, p),
			},
			Count{Orders: 2, Emails: 3, DLQ: 2, Foreign: 7, Unmailed: 2, Codes: map[string]int64{"": 1, "code": 1}},
		},
		"headers that are no numbers": {
			[]*kafka.Record{
				with(order(o, p), kafka.HeaderPaymentOffset, "-1"), with(order(o, p), kafka.HeaderPaymentOffset, "1e3"),
				with(order(o, p), kafka.HeaderPaymentPartition, "2147483648"), with(order(o, p), kafka.HeaderPaymentPartition, ""),
				with(order(o, p), kafka.HeaderPaymentOffset, "9223372036854775808"), email(o),
			},
			Count{Orders: 5, Emails: 1, Foreign: 5},
		},
		"payments and orders that never were": {
			[]*kafka.Record{
				order(o, at{0, 1 << 62}), dead(kafka.PaymentSuccessful, at{9, 0}, ""), email(at{2, 99}), email(o),
				dead(kafka.OrderCreated, at{2, 98}, ""), order(o2, at{0, 1 << 62}), email(o2),
			},
			Count{Orders: 2, Emails: 3, DLQ: 2, Forged: 5, LettersOfOrder: 1, Codes: map[string]int64{"": 2}},
		},
		"a payment of another topic id": {
			[]*kafka.Record{payment(p), with(order(o, p), kafka.HeaderPaymentTopicID, "another"), email(o)},
			Count{Payments: 1, Orders: 1, Emails: 1, Forged: 1, Lost: 1},
		},
		"a service that does not know the topic id": {
			[]*kafka.Record{payment(p), with(order(o, p), kafka.HeaderPaymentTopicID, ""), email(o)},
			Count{Payments: 1, Orders: 1, Emails: 1, Done: 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if tc.want.Codes == nil {
				tc.want.Codes = map[string]int64{}
			}
			if got := counted(tc.records...); !reflect.DeepEqual(got, tc.want) {
				t.Errorf("counted %+v\nwant    %+v", got, tc.want)
			}
		})
	}
}

// TestExpiredPaymentsAndOrders: the log start has passed them, so that they cannot be read any more.
func TestExpiredPaymentsAndOrders(t *testing.T) {
	l := newLedger()
	l.payments.of(0).start = 5
	l.orders.of(2).start = 5
	for _, r := range []*kafka.Record{order(at{2, 5}, at{0, 4}), email(at{2, 4}), email(at{2, 4}), email(at{2, 5})} {
		l.add(r)
	}
	if got, want := l.count(), (Count{Orders: 1, Emails: 3, MailDuplicates: 1, Codes: map[string]int64{}}); !reflect.DeepEqual(got, want) {
		t.Errorf("counted %+v, want %+v", got, want)
	}
}

func TestCodesAreBounded(t *testing.T) {
	l := newLedger()
	for i := range 1000 {
		l.add(dead("elsewhere", at{}, fmt.Sprint("code ", i)))
	}
	got := l.count().Codes
	if len(got) > maxCodes+1 || got["code 0"] != 1 || got[OtherCodes] != 1000-maxCodes {
		t.Errorf("%d codes, %d under %s", len(got), got[OtherCodes], OtherCodes)
	}
}

// TestForgedOffsetsAreCheap: a record that names the offset 2^62 must not allocate that many marks.
func TestForgedOffsetsAreCheap(t *testing.T) {
	s := sheets{}
	for i := range int64(1000) {
		s.of(0).at(i << 50).follow()
	}
	if n := len(s.of(0).pages); n != 1000 {
		t.Errorf("%d pages for 1000 forged offsets", n)
	}
}

// TestLedgerAgainstLists compares the ledger with lists that are searched.
func TestLedgerAgainstLists(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		place := rapid.Custom(func(t *rapid.T) at {
			return at{rapid.Int32Range(0, 1).Draw(t, "partition"), rapid.Int64Range(0, 600).Draw(t, "offset")}
		})
		places := func(name string) []at { return rapid.SliceOfDistinct(place, func(a at) at { return a }).Draw(t, name) }
		payments, orders := places("payments"), places("orders")
		committed := rapid.Int64Range(0, 600).Draw(t, "committed")
		var records []*kafka.Record
		for _, p := range payments {
			records = append(records, payment(p))
		}
		done, mails, mailed := map[at]int64{}, map[at]int64{}, map[at]int64{}
		for _, o := range orders {
			of := rapid.OneOf(place, rapid.SampledFrom(append(payments, at{}))).Draw(t, "of")
			records = append(records, order(o, of))
			done[of]++
		}
		for range rapid.IntRange(0, 20).Draw(t, "emails") {
			of := rapid.OneOf(place, rapid.SampledFrom(append(orders, at{}))).Draw(t, "mail of")
			root := rapid.OneOf(place, rapid.SampledFrom(append(payments, at{}))).Draw(t, "mail of payment")
			records = append(records, mailOf(of, root))
			mails[of]++
			mailed[root]++
		}
		l := newLedger()
		l.committed = map[int32]int64{0: committed}
		for _, r := range rapid.Permutation(records).Draw(t, "records") {
			l.add(r)
		}
		got, want := l.count(), naive(payments, orders, done, mails, mailed, committed)
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("counted %+v\nwant    %+v", got, want)
		}
	})
}

func naive(payments, orders []at, done, mails, mailed map[at]int64, committed int64) Count {
	c := Count{Payments: int64(len(payments)), Orders: int64(len(orders)), Codes: map[string]int64{}}
	for _, p := range payments {
		if n := mailed[p]; n > 0 {
			c.Mailed++
			c.MailedAgain += n - 1
		}
		switch {
		case done[p] > 0:
			c.Done++
		case p.partition == 0 && p.offset < committed:
			c.Lost++
		default:
			c.Waiting++
		}
	}
	for p, n := range done {
		if slices.Contains(payments, p) {
			c.Duplicates += n - 1
		} else {
			c.Forged += n
		}
	}
	for _, o := range orders {
		if mails[o] == 0 {
			c.Unmailed++
		}
	}
	for o, n := range maps.All(mails) {
		c.Emails += n
		if slices.Contains(orders, o) {
			c.MailDuplicates += n - 1
		} else {
			c.Forged += n
		}
	}
	return c
}
