package standalone

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/services/event"
	"blackfriday/services/lines"
)

const (
	// readable is how many records a second are told one by one: more nobody can read.
	readable = 20
	// lastWords is how long the end of the journal may take to be read.
	lastWords = 500 * time.Millisecond
)

// Journal is what a service says on its terminal: a line for what happens, each record while there are few, and how many
// there were each second while there are more. It blocks nobody. It is safe for use by several goroutines at once.
type Journal struct {
	out *lines.Writer
	log *slog.Logger // nil: plain lines
	l   *phrase.Language

	mu           sync.Mutex
	told, silent int // records since the last sum
}

// NewJournal returns a journal that writes plain lines, or JSON lines, to out.
func NewJournal(out io.Writer, asJSON bool) *Journal {
	if !asJSON {
		j := &Journal{}
		j.out = lines.New(out, func(n int64) string {
			return phrase.Count(n, "… %s line was dropped: they came faster than they were read",
				"… %s lines were dropped: they came faster than they were read").In(j.l)
		})
		return j
	}
	j := &Journal{out: lines.New(out, func(n int64) string {
		return fmt.Sprintf(`{"level":"WARN","msg":"%d lines were dropped: they came faster than they were read"}`, n)
	})}
	j.log = slog.New(slog.NewJSONHandler(j.out, nil))
	return j
}

// In has plain lines speak a language; JSON lines are in English. It comes before anything is said.
func (j *Journal) In(l *phrase.Language) *Journal {
	j.l = l
	return j
}

// Say writes a line about what happens. What it quotes is made harmless.
func (j *Journal) Say(format string, args ...any) { j.write(slog.LevelInfo, format, args) }

// Warn writes a line about what should not happen.
func (j *Journal) Warn(format string, args ...any) { j.write(slog.LevelWarn, format, args) }

func (j *Journal) write(level slog.Level, format string, args []any) {
	text := phrase.Named(format, args...)
	if j.log != nil {
		j.log.Log(context.Background(), level, event.Visible(text.String()))
		return
	}
	sign := " "
	if level > slog.LevelInfo {
		sign = "!"
	}
	_, _ = fmt.Fprintf(j.out, "%s %s %s\n", time.Now().Format("15:04:05"), sign, event.Visible(text.In(j.l))) // a lines.Writer never fails
}

// each tells of one record, or counts it when there are too many to read.
func (j *Journal) each(level slog.Level, format string, args ...any) {
	j.mu.Lock()
	silent := j.told >= readable
	if silent {
		j.silent++
	} else {
		j.told++
	}
	j.mu.Unlock()
	if !silent {
		j.write(level, format, args)
	}
}

// count counts records that are not told one by one.
func (j *Journal) count(finished int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.silent += finished
}

// sumUp tells how many records there were since the last time that nobody was told of. It is called each second.
func (j *Journal) sumUp() {
	j.mu.Lock()
	told, silent := j.told, j.silent
	j.told, j.silent = 0, 0
	j.mu.Unlock()
	if silent == 0 {
		return
	}
	if told > 0 {
		j.Say("… and %s more in this second.", records(int64(silent)))
		return
	}
	j.Say("%s in this second.", records(int64(silent)))
}

// records is a number of them.
func records(n int64) phrase.Phrase { return phrase.Count(n, "%s record", "%s records") }

// Close writes what is left, as long as somebody reads it. Nothing may be said after it.
func (j *Journal) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), lastWords)
	defer cancel()
	j.out.Close(ctx)
}
