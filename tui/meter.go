package tui

import (
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"blackfriday/kafka/phrase"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/term"
)

// How often a meter is drawn on a terminal, and how often it says a line elsewhere.
const (
	meterEvery = 100 * time.Millisecond
	meterLines = 2 * time.Second
)

// meterWidth is the width of a meter's bar in cells.
const meterWidth = 30

// Meter makes meters that speak a language. One shows on stderr how far something has come, until stop is called, which waits
// for the last picture. On a terminal it is a bar in one line that stop takes away; elsewhere it is a plain line every 2 s. now
// is asked from another goroutine.
func Meter(l *phrase.Language) func(what phrase.Phrase, now func() (done, total int64)) (stop func()) {
	return func(what phrase.Phrase, now func() (done, total int64)) func() { return meter(l, what, now) }
}

func meter(l *phrase.Language, what phrase.Phrase, now func() (done, total int64)) (stop func()) {
	terminal := term.IsTerminal(os.Stderr.Fd())
	every := meterLines
	if terminal {
		every = meterEvery
	}
	tick := time.NewTicker(every)
	ended := make(chan struct{})
	var drawing sync.WaitGroup
	drawing.Go(func() {
		defer tick.Stop()
		for {
			select {
			case <-ended:
				if terminal {
					_, _ = io.WriteString(os.Stderr, "\r"+ansi.EraseEntireLine)
				}
				return
			case <-tick.C:
				done, total := now()
				_, _ = io.WriteString(os.Stderr, meterText(l, what, done, total, terminal))
			}
		}
	})
	return sync.OnceFunc(func() {
		close(ended)
		drawing.Wait()
	})
}

// meterText is one picture of a meter. There is nowhere to report that stderr is gone.
func meterText(l *phrase.Language, what phrase.Phrase, done, total int64, terminal bool) string {
	count := phrase.New("%s of %s", phrase.Number(done), phrase.Number(total))
	if !terminal {
		return phrase.New("%s: %s", what, count).In(l) + "\n"
	}
	g := unicodeGlyphs()
	filled := bar(g, g.eighths[7], done, total, meterWidth)
	return "\r" + what.In(l) + " " + filled + strings.Repeat(g.track, meterWidth-ansi.StringWidth(filled)) + " " + count.In(l) + ansi.EraseLineRight
}
