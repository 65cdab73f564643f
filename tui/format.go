package tui

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"blackfriday/kafka/phrase"
)

// comma writes a whole number with a comma between its thousands.
func comma(n int64) string {
	s := strconv.FormatInt(n, 10)
	start := 0
	if n < 0 {
		start = 1
	}
	for i := len(s) - 3; i > start; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// compact is styles.compact in English.
func compact(n int64) string { return (&styles{}).compact(n) }

// compact writes a number of five digits at most in full, and a larger one as 123k or 1.23M.
func (st *styles) compact(n int64) string {
	short := func(n float64, digits int) string {
		return st.plain(phrase.Decimal{Value: n, Digits: digits}.In(st.lang))
	}
	switch {
	case n < 100_000:
		return st.number(n)
	case n < 1_000_000:
		return st.number(n/1_000) + "k"
	case n < 1_000_000_000:
		return short(math.Floor(float64(n)/10_000)/100, 2) + "M"
	}
	return short(math.Floor(float64(n)/10_000_000)/100, 2) + "G"
}

// compactUp is compact for a number that must not read as less than it is: the last digit is rounded up.
func compactUp(n int64) string {
	unit := int64(1)
	switch {
	case n >= 1_000_000_000:
		unit = 10_000_000
	case n >= 1_000_000:
		unit = 10_000
	case n >= 100_000:
		unit = 1_000
	}
	return compact((n + unit - 1) / unit * unit)
}

// within writes a number in full, or in short where that needs more than w cells.
func within(n int64, w int) string {
	if full := comma(n); len(full) <= w {
		return full
	}
	return compact(n)
}

// perSecond writes a rate in eight cells at most.
func perSecond(r float64) string {
	switch {
	case math.IsNaN(r), math.IsInf(r, 0), r < 0:
		return "-"
	case r < 99.95:
		return fmt.Sprintf("%.1f/s", r)
	case r < 99_999.5:
		return comma(int64(math.Round(r))) + "/s"
	case r < 999_500:
		return fmt.Sprintf("%.0fk/s", r/1e3)
	case r < 1e10:
		return fmt.Sprintf("%.1fM/s", r/1e6)
	}
	return "-"
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
func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", max(d, 0).Seconds()) }

// howOld writes how old something is, by the minute where it is more than one.
func howOld(d time.Duration) string {
	if d < time.Minute {
		return seconds(d)
	}
	return clock(d)
}

// took is styles.took in English.
func took(d time.Duration) string { return (&styles{}).took(d) }

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
		return fmt.Sprintf("%s%.4g", st.g.euro, amount)
	}
	return st.cents(int64(math.Round(amount * 100)))
}

// cents writes an amount of money that is known to the cent.
func (st *styles) cents(c int64) string {
	if c < 0 {
		return "-" + st.g.euro + comma(-(c / 100)) + fmt.Sprintf(".%02d", -(c%100))
	}
	return st.g.euro + comma(c/100) + fmt.Sprintf(".%02d", c%100)
}

// centsWithin writes an amount of money to the cent, or in short where that needs more than w cells.
func (st *styles) centsWithin(c int64, w int) string {
	if full := st.cents(c); width(full) <= w {
		return full
	}
	return st.g.euro + compact(c/100)
}

// count writes a number with its noun, which gets an s unless there is exactly one.
func count(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return comma(n) + " " + noun + "s"
}

// memory writes a number of bytes in the unit that fits.
func memory(n int64) string {
	switch {
	case n < 1_000:
		return fmt.Sprintf("%d B", n)
	case n < 1_000_000:
		return fmt.Sprintf("%d kB", n/1_000)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
