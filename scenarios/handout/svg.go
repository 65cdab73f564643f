package handout

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// How a picture is laid out, in pixels.
const (
	pictureWidth = 960
	plotLeft     = 64
	plotWidth    = pictureWidth - plotLeft - 24
	curveHeight  = 110
	laneHeight   = 16
	laneStep     = laneHeight + 3
	titleHeight  = 44
	marksHeight  = 18
	axisHeight   = 22
	mostCharts   = 8
	leastDrawn   = 20 // payments of a flood that is worth a chart
	mostSpan     = 10 * time.Minute
)

// chart is one flood: the lag, and under it who read what meanwhile.
type chart struct {
	title      phrase.Speaker
	from, to   time.Time
	curve      []lab.CurvePoint
	lanes      [][]stint
	rebalances []lab.Rebalance
}

func (c chart) height() int {
	return titleHeight + curveHeight + marksHeight + len(c.lanes)*laneStep + axisHeight
}

// charts are those of the newest floods that are worth one, oldest first; without a flood it is one of what was seen last.
func (d *Diary) charts() []chart {
	var all []chart
	for i, r := range d.runs() {
		if r.Payments < leastDrawn || len(r.Curve) < 2 {
			continue
		}
		title := phrase.List{Between: " · ", Parts: []phrase.Speaker{
			phrase.New("flood %d at %s", i+1, r.StartedAt.Format(dayTime)),
			phrase.Count(r.Payments, "%s payment", "%s payments"),
			phrase.Count(int64(r.Partitions), "%s partition", "%s partitions"),
			phrase.Count(int64(r.Consumers), "%s consumer", "%s consumers"),
			phrase.New("%s each", work(r.Delay)),
		}}
		until := phrase.New("zero after %s", phrase.Seconds(r.Took))
		if !r.Drained {
			until = phrase.New("not at zero after %s", phrase.Seconds(r.Took))
		}
		title.Parts = append(title.Parts, until)
		all = append(all, r.chapter.chart(title, r.StartedAt, r.Curve))
	}
	if n := len(d.chapters); len(all) == 0 && n > 0 {
		c := d.chapters[n-1]
		if curve := c.last.Curve; len(curve) >= 2 {
			all = append(all, c.chart(phrase.New("what was seen last"), curve[0].At, curve))
		}
	}
	return all[max(0, len(all)-mostCharts):]
}

// chart is that of a curve, with the lanes of its time.
func (c *chapter) chart(title phrase.Speaker, from time.Time, curve []lab.CurvePoint) chart {
	out := chart{title: title, from: from, to: curve[len(curve)-1].At, curve: curve}
	if out.to.Sub(from) > mostSpan {
		out.to = from.Add(mostSpan)
	}
	for _, list := range c.stints {
		var lane []stint
		for _, s := range list {
			if s.to.After(out.from) && s.from.Before(out.to) {
				lane = append(lane, s.within(out.from, out.to))
			}
		}
		out.lanes = append(out.lanes, lane)
	}
	for len(out.lanes) > 0 && len(out.lanes[len(out.lanes)-1]) == 0 {
		out.lanes = out.lanes[:len(out.lanes)-1] // partitions that came later
	}
	for _, r := range c.rebalances {
		if !r.At.Before(out.from) && r.At.Before(out.to) {
			out.rebalances = append(out.rebalances, r)
		}
	}
	slices.SortFunc(out.rebalances, func(a, b lab.Rebalance) int { return a.At.Compare(b.At) })
	return out
}

// within is the part of a stint between two times.
func (s stint) within(from, to time.Time) stint {
	if s.from.Before(from) {
		s.from = from
	}
	if s.to.After(to) {
		s.to = to
	}
	return s
}

// picture is SVG on its way. All charts have the same scales, so that 100 s beside 33 s look it.
type picture struct {
	strings.Builder
	l    *phrase.Language
	span time.Duration // of the whole width
	most int64         // lag of the whole height
	y    int
}

// SVG is the picture of a report in a language; nil is English.
func (r Report) SVG(l *phrase.Language) string {
	charts := r.Diary.charts()
	p := &picture{l: l, span: 10 * time.Second, most: 10}
	height := 84
	for _, c := range charts {
		p.span = max(p.span, c.to.Sub(c.from))
		for _, point := range c.curve {
			p.most = max(p.most, point.Lag)
		}
		height += c.height()
	}
	title := phrase.New("Lag, and who read what")
	p.put(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" font-family="sans-serif" font-size="12">`,
		pictureWidth, height, pictureWidth, height)
	p.put("<title>%s</title>", drawn(title.In(l)))
	p.WriteString(style())
	p.put(`<rect class="paper" width="100%%" height="100%%"/>`)
	p.text(plotLeft, 28, "text", "start", `font-size="18" font-weight="bold"`, title)
	p.text(pictureWidth-24, 28, "muted", "end", "", phrase.New("measured by the Black Friday Lab, %s", r.At.Format(date)))
	if len(charts) == 0 {
		p.text(plotLeft, 72, "text", "start", "", phrase.New("No flood was sent."))
	} else {
		p.text(plotLeft, 48, "muted", "start", "", phrase.New("A number in its colour: that order consumer read the partition. A red line: nobody did."))
	}
	p.y = 54
	for _, c := range charts {
		p.chart(c)
	}
	p.put("</svg>")
	return p.String()
}

// put writes a line. Its texts must be drawn.
func (p *picture) put(format string, args ...any) {
	p.WriteString(fmt.Sprintf(format, args...) + "\n")
}

func (p *picture) text(x, y float64, class, anchor, more string, what phrase.Speaker) {
	p.put(`<text x="%.1f" y="%.1f" class="%s" text-anchor="%s" %s>%s</text>`, x, y, class, anchor, more, drawn(what.In(p.l)))
}

// x is where a time stands in a chart.
func (p *picture) x(c chart, at time.Time) float64 {
	share := at.Sub(c.from).Seconds() / p.span.Seconds()
	return plotLeft + plotWidth*min(max(share, 0), 1)
}

func (p *picture) chart(c chart) {
	p.text(plotLeft, float64(p.y+30), "text", "start", `font-weight="bold"`, c.title)
	p.y += titleHeight
	p.lag(c)
	p.y += curveHeight
	p.marks(c)
	p.y += marksHeight
	for i, lane := range c.lanes {
		p.lane(c, i, lane)
		p.y += laneStep
	}
	p.axis()
	p.y += axisHeight
}

// lag draws the curve of a chart.
func (p *picture) lag(c chart) {
	top, bottom := float64(p.y), float64(p.y+curveHeight)
	y := func(lag int64) float64 { return bottom - curveHeight*float64(lag)/float64(p.most) }
	p.put(`<line class="rule" x1="%d" y1="%.1f" x2="%d" y2="%.1f"/>`, plotLeft, bottom, plotLeft+plotWidth, bottom)
	p.put(`<line class="rule" x1="%d" y1="%.1f" x2="%d" y2="%.1f" stroke-dasharray="2 4"/>`, plotLeft, top, plotLeft+plotWidth, top)
	p.text(plotLeft-6, top+4, "muted", "end", "", phrase.Number(p.most))
	p.text(plotLeft-6, bottom, "muted", "end", "", phrase.Number(0))
	p.text(plotLeft-6, (top+bottom)/2, "muted", "end", "", phrase.New("lag"))
	var points strings.Builder
	last := plotLeft + 0.0
	for _, point := range c.curve {
		if point.At.After(c.to) {
			break
		}
		last = p.x(c, point.At)
		fmt.Fprintf(&points, "%.1f,%.1f ", last, y(point.Lag))
	}
	first := p.x(c, c.curve[0].At)
	p.put(`<polygon class="area" fill-opacity="0.15" points="%.1f,%.1f %s%.1f,%.1f"/>`, first, bottom, points.String(), last, bottom)
	p.put(`<polyline class="curve" stroke-width="2" points="%s"/>`, strings.TrimSpace(points.String()))
}

// marks write the rebalances at their times, as far as there is room for their words.
func (p *picture) marks(c chart) {
	free := 0.0
	for _, r := range c.rebalances {
		x := p.x(c, r.At)
		p.put(`<line class="line" x1="%.1f" y1="%d" x2="%.1f" y2="%d" stroke-dasharray="3 3"/>`, x, p.y-curveHeight, x, p.y+marksHeight+len(c.lanes)*laneStep-3)
		words := phrase.New("#%d %s", r.ID, causeOf(r.Cause))
		if longest, _, n := r.Unread(); n > 0 {
			words = phrase.New("#%d %s, unread for %s", r.ID, causeOf(r.Cause), phrase.Seconds(longest))
		}
		if wide := 7 * float64(len([]rune(words.In(p.l)))); x >= free && x+wide < pictureWidth {
			p.text(x+3, float64(p.y+13), "text", "start", "", words)
			free = x + wide
		}
	}
}

// lane draws who read one partition: the colour and the number of the consumer, hollow where nobody did.
func (p *picture) lane(c chart, partition int, lane []stint) {
	p.text(plotLeft-6, float64(p.y+12), "text", "end", "", phrase.New("P%d", partition))
	for _, s := range lane {
		from, to := p.x(c, s.from), p.x(c, s.to)
		wide := max(to-from, 1)
		ink, who := "muted", phrase.Speaker(raw("?"))
		switch s.hands.number {
		case nobody:
			who, ink = phrase.New("nobody"), "gap"
			p.put(`<rect x="%.1f" y="%d" width="%.1f" height="3" class="gap"/>`, from, p.y+laneHeight/2-1, wide)
		case unknown, outside:
			if s.hands.number == outside {
				who = raw(s.hands.name)
			}
			p.put(`<rect x="%.1f" y="%d" width="%.1f" height="%d" class="rule" fill="none" stroke-dasharray="4 2"/>`, from, p.y, wide, laneHeight)
		default:
			i := (s.hands.number-1)%len(light().consumers) + 1
			ink, who = fmt.Sprintf("i%d", i), raw(fmt.Sprint(s.hands.number))
			p.put(`<rect x="%.1f" y="%d" width="%.1f" height="%d" class="c%d"/>`, from, p.y, wide, laneHeight, i)
		}
		if room := wide / 8; s.hands.number != nobody && float64(len([]rune(who.In(p.l)))) <= room {
			p.text(from+wide/2, float64(p.y+12), ink, "middle", "", who)
		} else if s.hands.number == nobody && room > 8 {
			p.put(`<rect x="%.1f" y="%d" width="56" height="%d" class="paper"/>`, from+wide/2-28, p.y, laneHeight)
			p.text(from+wide/2, float64(p.y+12), ink, "middle", "", who)
		}
	}
}

// axis writes the seconds since the flood began.
func (p *picture) axis() {
	step := 10 * time.Second
	for p.span/step > 12 {
		step *= 2
	}
	for at := time.Duration(0); at <= p.span; at += step {
		x := plotLeft + plotWidth*at.Seconds()/p.span.Seconds()
		p.text(x, float64(p.y+12), "muted", "middle", "", whole(at))
	}
}
