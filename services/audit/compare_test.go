package audit

import (
	"reflect"
	"strings"
	"testing"

	books "blackfriday/services/ledger"
)

func TestCompareNamesEveryDifference(t *testing.T) {
	sum := func(n int64) books.Sum { return books.Sum{Count: n} }
	p := &books.Picture{
		Total: books.Entry{
			Payments: sum(28), Done: sum(1), DLQ: sum(2), InFlight: sum(3), Waiting: sum(4), Lost: sum(5), Foreign: sum(6),
			Expired: sum(7), Duplicates: sum(8),
		},
		Emails: 9, EmailsTwice: 10, LettersOfOrder: 11,
	}
	same := Count{
		Payments: 28, Done: 1, Dead: 2, Waiting: 14, Lost: 11, Duplicates: 8, Mailed: 9, MailedAgain: 10, LettersOfOrder: 11,
	}
	if err := Compare(same, p); err != nil {
		t.Errorf("the same figures differ: %v", err)
	}
	fields := reflect.ValueOf(&same).Elem()
	for i := range fields.NumField() {
		f := fields.Field(i)
		if f.Kind() != reflect.Int64 || f.Int() == 0 {
			continue
		}
		f.SetInt(f.Int() + 1)
		if err := Compare(same, p); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("one more %s: error %v, want one difference", fields.Type().Field(i).Name, err)
		}
		f.SetInt(f.Int() - 1)
	}
}
