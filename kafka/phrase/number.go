package phrase

import (
	"strconv"
	"strings"
	"time"
)

// Number is a whole number, written with a mark between its thousands: 1,000 in English, 1 000 in French.
type Number int64

// In implements Speaker.
func (n Number) In(l *Language) string {
	digits := strconv.FormatInt(int64(n), 10)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	return sign + grouped(digits, l.marks().thousands)
}

// String writes it in English.
func (n Number) String() string { return n.In(nil) }

// grouped puts a mark between the thousands.
func grouped(digits, mark string) string {
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(mark)
		}
		b.WriteRune(d)
	}
	return b.String()
}

// Decimal is a number with so many digits after its point: 20.1 in English, 20,1 in French.
type Decimal struct {
	Value  float64
	Digits int
}

// In implements Speaker.
func (d Decimal) In(l *Language) string {
	text := strconv.FormatFloat(d.Value, 'f', d.Digits, 64)
	whole, rest, pointed := strings.Cut(text, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	text = sign + grouped(whole, l.marks().thousands)
	if pointed {
		text += l.marks().point + rest
	}
	return text
}

// String writes it in English.
func (d Decimal) String() string { return d.In(nil) }

// Seconds is a short time: with one digit after the point, 5.6 s, or in milliseconds where that is less than one second.
type Seconds time.Duration

// In implements Speaker.
func (s Seconds) In(l *Language) string {
	if d := time.Duration(s); d > 0 && d < time.Second {
		return Number((d+time.Millisecond-1)/time.Millisecond).In(l) + l.marks().space + "ms"
	}
	return Decimal{Value: max(time.Duration(s), 0).Seconds(), Digits: 1}.In(l) + l.marks().space + "s"
}

// String writes it in English.
func (s Seconds) String() string { return s.In(nil) }

// marks are how a language writes numbers.
type marks struct {
	thousands string
	point     string
	space     string // between a number and its unit
}

// noBreak keeps a number in one piece at the end of a line. The narrow one that printers prefer is missing in the fonts of
// many terminals.
const noBreak = "\u00a0"

func (l *Language) marks() marks {
	if l == nil {
		return marks{thousands: ",", point: ".", space: " "}
	}
	return marks{thousands: noBreak, point: ",", space: noBreak}
}
