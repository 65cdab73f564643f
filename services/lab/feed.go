package lab

import (
	"context"
	"log/slog"
	"time"

	"blackfriday/kafka/phrase"
)

// feedShown is how many events a Snapshot carries.
const feedShown = 200

// feed is the lab's diary. Its events are appended and never changed, so that Snapshots share them.
type feed struct {
	log    *slog.Logger
	events []Event
	seq    int64
}

// add writes one event into the feed and the log: format and args are those of phrase.New. The args must not change later.
func (f *feed) add(severity Severity, source string, instance int, format string, args ...any) {
	f.tell(severity, source, instance, phrase.New(format, args...))
}

// tell writes one event into the feed and, in English, into the log.
func (f *feed) tell(severity Severity, source string, instance int, text phrase.Phrase) {
	f.seq++
	e := Event{Seq: f.seq, At: time.Now(), Severity: severity, Source: source, Instance: instance, Text: text}
	if len(f.events) >= 2*feedShown {
		f.events = append([]Event(nil), f.events[len(f.events)-feedShown:]...)
	}
	f.events = append(f.events, e)
	f.write(severity, source, text)
}

// write writes into the log alone.
func (f *feed) write(severity Severity, source string, text phrase.Phrase) {
	level := slog.LevelInfo
	switch severity {
	case Warn:
		level = slog.LevelWarn
	case Bad:
		level = slog.LevelError
	}
	f.log.LogAttrs(context.Background(), level, text.String(), slog.String("source", source))
}

// newest are the events that a Snapshot shows.
func (f *feed) newest() []Event {
	n := len(f.events)
	return f.events[max(0, n-feedShown):n:n]
}
