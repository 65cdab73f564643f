package tui

import (
	"strings"
	"time"

	"blackfriday/services/lab"
)

// figure is one of the numbers that the stage shows.
type figure int

const (
	lagFigure figure = iota
	rateFigure
	zeroFigure
	deadFigure
	orphanedFigure
	lostFigure
	lastFigure
)

// numeral is a number as the stage shows it.
type numeral struct {
	name, unit string
	number     string // a dash while it is not known
	style      pen
	said       string // its state: a sign and a word, and what else is known
	usual      string // as long as the number usually is, so that its size does not change with it
}

// sizedAs is the text that the size of the number is for.
func (l numeral) sizedAs() string {
	if dotsWide(l.number) > dotsWide(l.usual) {
		return l.number
	}
	return l.usual
}

// figure is one of the numbers with all that is said of it. What nobody measured is a dash.
func (st *styles) figure(s *lab.Snapshot, f figure) numeral {
	switch f {
	case rateFigure:
		return st.backlogged(s, numeral{name: st.t("RATE"), unit: st.t("messages a second, committed"), usual: "000.0"}, st.rateNumber(s))
	case zeroFigure:
		return st.backlogged(s, numeral{name: st.t("TIME TO ZERO"), unit: st.t("computed from the lag's slope"), usual: "00:00"}, st.zeroNumber(s))
	case deadFigure:
		return st.deadLarge(s)
	case orphanedFigure:
		return st.orphanedLarge(s)
	case lostFigure:
		return st.lostLarge(s)
	}
	return st.backlogged(s, numeral{name: st.t("LAG"), unit: st.t("payments that wait"), usual: st.number(10_000)}, st.number(s.Lag.Total))
}

// backlogged is a number about the lag: its state is where that is going.
func (st *styles) backlogged(s *lab.Snapshot, l numeral, number string) numeral {
	l.number, l.style = number, st.strong
	d := totalDrain(s)
	switch {
	case !s.Lag.Known:
		l.number, l.style = st.g.dash, st.muted
	case stale(s):
		l.style = st.muted
	case d.Trend == lab.Stuck:
		l.style = st.bad
	case d.Trend == lab.Growing:
		l.style = st.warn
	case d.Trend == lab.Shrinking:
		l.style = st.good
	}
	switch word := st.staleWord(s); {
	case word != "":
		l.said = st.alarm.Render(" " + word + " ")
	case !s.Lag.Known:
		l.said = st.muted.Render(st.g.waiting + " " + st.t("unknown"))
	default:
		l.said = st.drain(d, s.Lag.Total, true)
	}
	return l
}

func (st *styles) rateNumber(s *lab.Snapshot) string {
	number := strings.TrimSuffix(st.perSecond(s.Lag.Rate), "/s")
	if number == "-" {
		return st.g.dash
	}
	return number
}

func (st *styles) zeroNumber(s *lab.Snapshot) string {
	switch d := totalDrain(s); {
	case s.Lag.Total == 0:
		return clock(0)
	case d.Trend == lab.Shrinking && d.ToZero >= 0:
		return countdown(d.ToZero)
	}
	return st.g.dash
}

// deadLarge is how many dead letters there are, and the reason of the newest.
func (st *styles) deadLarge(s *lab.Snapshot) numeral {
	l := numeral{name: "DLQ", unit: st.t("dead letters"), number: st.number(s.DLQ.Total), usual: st.number(1_000), style: st.strong}
	switch code := s.DLQ.Newest.Code; {
	case !s.DLQ.Known:
		l.number, l.style, l.said = st.g.dash, st.muted, st.muted.Render(st.g.waiting+" "+st.t("unknown"))
	case s.DLQ.Total == 0:
		l.said = st.good.Render(st.g.ok + " " + st.t("empty"))
	case code != "":
		l.style, l.said = st.dead, st.dead.Render(st.g.attention+" "+st.t("newest: %s", visible(code, 40, st.ascii)))
	default:
		l.style, l.said = st.dead, st.dead.Render(st.g.attention+" "+st.t("refused"))
	}
	return l
}

// orphanedLarge is for how long nobody has read the partition that waits longest, and what the last orphan cost where there is
// none now.
func (st *styles) orphanedLarge(s *lab.Snapshot) numeral {
	l := numeral{name: st.t("ORPHANED"), unit: st.t("seconds without a reader"), number: st.g.dash, usual: "00.0", style: st.muted}
	var longest time.Duration
	var names []string
	for _, p := range s.Partitions {
		switch {
		case p.Unknown:
			l.said = st.alarm.Render(" " + st.g.unknown + " " + st.t("unknown") + " ")
			return l
		case p.Orphan && !p.OrphanSince.IsZero():
			longest = max(longest, s.At.Sub(p.OrphanSince))
			names = append(names, "P"+st.number(int64(p.ID)))
		}
	}
	if len(names) > 0 {
		l.number, l.style = st.wholeSeconds(longest), st.bad
		l.said = st.bad.Render(st.g.bad + " " + st.t("%s: nobody reads.", st.listed(names, 6)))
		return l
	}
	last, unread, ok := lastUnread(s)
	if !ok {
		l.said = st.muted.Render(st.g.steady + " " + st.t("none was measured so far"))
		return l
	}
	l.number, l.style = st.wholeSeconds(unread), st.strong
	l.said = st.good.Render(st.g.ok+" "+st.t("every partition has a reader")) + st.muted.Render(" "+st.g.dot+" ") +
		st.t("the last time: %s of %s", st.causeWord(last.Cause), st.who(last, 20))
	return l
}

// wholeSeconds is a time in seconds: below a hundred of them to the tenth.
func (st *styles) wholeSeconds(d time.Duration) string {
	if d < 100*time.Second {
		return st.decimal(d.Seconds(), 1)
	}
	return st.number(int64(d / time.Second))
}

// lastUnread is the newest rebalance of which is measured for how long nobody read a partition.
func lastUnread(s *lab.Snapshot) (last lab.Rebalance, unread time.Duration, ok bool) {
	for _, cause := range []lab.Cause{lab.CauseCrash, lab.CauseLeave} {
		if r, longest, found := newest(s, cause); found && (!ok || r.At.After(last.At)) {
			last, unread, ok = r, longest, true
		}
	}
	return last, unread, ok
}

// lostLarge is how many payments are lost, and what the auditor says of it.
func (st *styles) lostLarge(s *lab.Snapshot) numeral {
	l := numeral{name: st.t("LOST"), unit: st.t("payments, by the auditor's books"), number: st.g.dash, usual: "000", style: st.muted}
	if s.Ledger == nil || !s.Ledger.Known {
		l.said = st.muted.Render(st.g.waiting + " " + st.t("The auditor has not read everything yet."))
		return l
	}
	style, sign, text := st.proof(s)
	l.said = style.Render(sign + " " + text)
	l.number, l.style = st.number(s.Ledger.Total.Lost.Count), style
	if s.Ledger.Total.Lost.Count > 0 || style == st.alarm {
		l.style = st.bad
	}
	return l
}
