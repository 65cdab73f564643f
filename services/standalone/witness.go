package standalone

import (
	"context"
	"fmt"
	"log/slog"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/relay"
)

// witness is a Handler that tells the journal what became of each record.
type witness struct {
	work     worker
	refusals *relay.Rejections
	writes   string
	prefix   string // stands before the topics' names on the brokers
	journal  *Journal
}

// Handle implements kafka.Handler.
func (w *witness) Handle(ctx context.Context, out kafka.Writer, batch []*kafka.Record) (finished int, err error) {
	_, before := w.refusals.Newest()
	finished, err = w.work.Handle(ctx, out, batch)
	newest, after := w.refusals.Newest()
	if len(batch) == 1 && finished == 1 {
		w.tell(batch[0], after > before, newest.Reason)
		return finished, err
	}
	w.journal.count(finished)
	if after > before {
		w.journal.each(slog.LevelWarn, "%s went to the dead letter queue, the newest %s P%d@%d: %s",
			records(after-before), w.prefix+newest.Topic, newest.Partition, newest.Offset, newest.Reason)
	}
	return finished, err
}

// tell says what became of one record.
func (w *witness) tell(r *kafka.Record, refused bool, why phrase.Phrase) {
	place := fmt.Sprintf("%s P%d@%d", w.prefix+r.Topic, r.Partition, r.Offset)
	last, _ := w.work.Last()
	switch {
	case refused:
		w.journal.each(slog.LevelWarn, "%s → dead letter queue: %s", place, why) // the journal makes it harmless
	case last.User == "":
		w.journal.each(slog.LevelInfo, "%s → %s", place, w.writes)
	default:
		w.journal.each(slog.LevelInfo, "%s of user %s → %s", place, last.User, w.writes)
	}
}
