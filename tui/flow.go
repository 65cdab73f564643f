package tui

import "blackfriday/services/lab"

// flow says how much of the way of a payment is drawn.
type flow struct {
	short   bool   // long numbers are written as 123k
	waiting bool   // how many payments wait
	rates   int    // how many stages have a rate: the first ones; the dead letters are the last
	pipe    int    // cells of the way between two stages; 0: an arrow, on which nothing moves
	legend  string // what a dot on the way stands for
}

// flowLine follows a payment from the left to the right: what came in, what waits, what came out. All of it is measured, and so
// is what moves between the stages.
func flowLine(st *styles, s *lab.Snapshot, w int, mo motion, p page) string {
	const gap, stages = 2, 4
	if line, ok := movingFlow(st, s, w, mo, p); ok {
		return line
	}
	f := flow{short: w < 100, waiting: true, rates: stages}
	for { // the rates go one by one, but for that of the payments, and then what waits, which stands under it in any case
		left, right := st.flow(s, f, mo)
		switch {
		case width(left)+gap+width(right) <= w, f.rates == 0 && !f.waiting:
			return st.ends(left, right, w)
		case !f.short:
			f.short = true
		case f.rates > 1 || f.rates == 1 && !f.waiting:
			f.rates--
		default:
			f.waiting = false
		}
	}
}

// movingFlow is the flow line with messages on their way, as long as no rate has to go for it. How many payments wait goes on a
// narrow dashboard, where two lines under it say so. What a dot stands for is said here where the page does not say it.
func movingFlow(st *styles, s *lab.Snapshot, w int, mo motion, p page) (line string, ok bool) {
	const gap, most, least, legend = 2, 10, 4, 11
	if mo.still {
		return "", false
	}
	f := flow{short: w < 100, waiting: w >= 100 || p != dashboardPage}
	room := w - gap
	if p != dashboardPage && p != consumersPage {
		f.legend, room = mo.legend(st, false), room-legend
	}
	for f.rates = 4; f.rates >= 3; f.rates-- {
		for f.pipe = most; f.pipe >= least; f.pipe-- {
			left, right := st.flow(s, f, mo)
			if width(left)+width(right)-width(f.legend) <= room {
				return st.ends(left, right, w), true
			}
		}
	}
	return "", false
}

// flow draws the way of a payment, and the dead letters that stand at the other end of the line.
func (st *styles) flow(s *lab.Snapshot, f flow, mo motion) (left, right string) {
	byName := map[string]lab.Topic{}
	for _, t := range s.Topics {
		byName[t.Name] = t
	}
	way := func(topic string) string {
		switch t := byName[topic]; {
		case f.pipe == 0:
			return st.muted.Render(" " + st.g.arrow + " ")
		case !topicFlows(s, t):
			return " " + st.pipe(make([]bool, f.pipe-1), st.curve, st.rule) + " "
		default:
			return " " + st.pipe(mo.dots(t.Total, t.Rate, f.pipe-1), st.curve, st.rule) + " "
		}
	}
	stage := func(i int, topic string, style pen) string {
		text := st.muted.Render(st.topicWord(topic)+" ") + style.Render(st.stageTotal(f, byName[topic].Total, byName[topic].Known))
		return text + st.stageRate(f, i, byName[topic])
	}
	left = " " + stage(0, "payment-successful", st.strong)
	if f.waiting {
		left += way("payment-successful") + st.muted.Render(st.t("waiting")+" ") + st.waits.Render(st.stageTotal(f, s.Lag.Total, s.Lag.Known))
	}
	left += way("order-created") + stage(1, "order-created", st.done) + way("email-sent") + stage(2, "email-sent", st.strong)
	label, style := st.muted, st.strong
	if s.DLQ.Total > 0 {
		label, style = st.dead, st.dead
	}
	right = label.Render(st.topicWord("dlq-payment")+" ") + style.Render(st.stageTotal(f, s.DLQ.Total, s.DLQ.Known))
	return left, f.legend + right + st.stageRate(f, 3, byName["dlq-payment"]) + " "
}

func (st *styles) stageTotal(f flow, n int64, known bool) string {
	switch {
	case !known:
		return st.g.dash
	case f.short:
		return st.compact(n)
	}
	return st.number(n)
}

// stageRate is the rate of a stage where it has one, after a blank.
func (st *styles) stageRate(f flow, stage int, t lab.Topic) string {
	if !t.Known || stage >= f.rates {
		return ""
	}
	return st.muted.Render(" " + st.perSecond(t.Rate))
}
