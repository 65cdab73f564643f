package tui

import (
	"fmt"
	"math"
	"time"

	"blackfriday/kafka/phrase"
)

// compact writes a number of five digits at most in full, and a larger one as 123k or 1.23M.
func (st *styles) compact(n int64) string {
	switch {
	case n < 100_000:
		return st.number(n)
	case n < 1_000_000:
		return st.number(n/1_000) + "k"
	case n < 1_000_000_000:
		return st.decimal(math.Floor(float64(n)/10_000)/100, 2) + "M"
	}
	return st.decimal(math.Floor(float64(n)/10_000_000)/100, 2) + "G"
}

// compactUp is compact for a number that must not read as less than it is: the last digit is rounded up.
func (st *styles) compactUp(n int64) string {
	unit := int64(1)
	switch {
	case n >= 1_000_000_000:
		unit = 10_000_000
	case n >= 1_000_000:
		unit = 10_000
	case n >= 100_000:
		unit = 1_000
	}
	return st.compact((n + unit - 1) / unit * unit)
}

// within writes a number in full, or in short where that needs more than w cells.
func (st *styles) within(n int64, w int) string {
	if full := st.number(n); width(full) <= w {
		return full
	}
	return st.compact(n)
}

// perSecond writes a rate in eight cells at most.
func (st *styles) perSecond(r float64) string {
	switch {
	case math.IsNaN(r), math.IsInf(r, 0), r < 0:
		return "-"
	case r < 99.95:
		return st.decimal(r, 1) + "/s"
	case r < 99_999.5:
		return st.number(int64(math.Round(r))) + "/s"
	case r < 999_500:
		return st.decimal(r/1e3, 0) + "k/s"
	case r < 1e10:
		return st.decimal(r/1e6, 1) + "M/s"
	}
	return "-"
}

// decimal writes a number with so many digits behind its point.
func (st *styles) decimal(n float64, digits int) string {
	return st.plain(phrase.Decimal{Value: n, Digits: digits}.In(st.lang))
}

// clock writes a duration as 0:07, 12:34 or 1:02:03.
func clock(d time.Duration) string {
	s := int64(max(d, 0) / time.Second)
	switch {
	case s < 3600:
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	case s < 100*3600:
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return ">99h"
}

// roundUp rounds to the next full second, so that a countdown shows 0:00 only when nothing is left.
func roundUp(d time.Duration) time.Duration {
	return (d + time.Second - 1).Truncate(time.Second)
}

// seconds writes a short duration with one digit after the point.
func (st *styles) seconds(d time.Duration) string {
	return st.t("%s s", phrase.Decimal{Value: max(d, 0).Seconds(), Digits: 1})
}

// howOld writes how old something is, by the minute where it is more than one.
func (st *styles) howOld(d time.Duration) string {
	if d < time.Minute {
		return st.seconds(d)
	}
	return clock(d)
}

// took writes how long something lasted, in the unit that fits.
func (st *styles) took(d time.Duration) string {
	switch {
	case d < 10*time.Millisecond:
		return st.t("%s ms", phrase.Decimal{Value: max(d, 0).Seconds() * 1e3, Digits: 1})
	case d < time.Second:
		return st.t("%s ms", phrase.Number(d.Milliseconds()))
	case d < time.Minute:
		return st.t("%s s", phrase.Decimal{Value: max(d, 0).Seconds(), Digits: 1})
	}
	return clock(d)
}

// euros writes an amount of money.
func (st *styles) euros(amount float64) string {
	if math.IsNaN(amount) || math.IsInf(amount, 0) || math.Abs(amount) >= 1e15 {
		return st.money(fmt.Sprintf("%.4g", amount))
	}
	return st.cents(int64(math.Round(amount * 100)))
}

// money puts the sign of the currency where the language has it.
func (st *styles) money(amount string) string {
	if st.lang == nil {
		return st.g.euro + amount
	}
	return st.t("€%s", amount)
}

// cents writes an amount of money that is known to the cent.
func (st *styles) cents(c int64) string {
	sign := ""
	if c < 0 {
		sign = "-"
	}
	return sign + st.money(st.decimal(math.Abs(float64(c))/100, 2))
}

// centsWithin writes an amount of money to the cent, or in short where that needs more than w cells.
func (st *styles) centsWithin(c int64, w int) string {
	if full := st.cents(c); width(full) <= w {
		return full
	}
	return st.money(st.compact(c / 100))
}

// memory writes a number of bytes in the unit that fits.
func (st *styles) memory(n int64) string {
	switch {
	case n < 1_000:
		return st.t("%s B", phrase.Number(n))
	case n < 1_000_000:
		return st.t("%s kB", phrase.Number(n/1_000))
	}
	return st.t("%s MB", phrase.Decimal{Value: float64(n) / 1e6, Digits: 1})
}
