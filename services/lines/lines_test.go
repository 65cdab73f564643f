package lines

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"testing"
	"time"
)

func noted(n int64) string { return fmt.Sprint(n) }

func TestLogThatNobodyReadsBlocksNobody(t *testing.T) {
	unread, end := io.Pipe()
	l := New(end, noted)
	log := slog.New(slog.NewJSONHandler(l, nil))
	for range 3 * queued {
		log.Info("payment acknowledged")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	l.Close(ctx)
	if unread.Close(); l.dropped.Load() < queued {
		t.Errorf("%d lines dropped of %d that nobody read", l.dropped.Load(), 3*queued)
	}
	<-l.done
}

func TestLogIsWrittenInOrderBeforeClose(t *testing.T) {
	var out bytes.Buffer
	l := New(&out, noted)
	for _, s := range []string{"one\n", "two\n", "three\n"} {
		if _, err := l.Write([]byte(s)); err != nil {
			t.Fatal(err)
		}
	}
	l.Close(t.Context())
	if out.String() != "one\ntwo\nthree\n" {
		t.Errorf("wrote %q", out.String())
	}
}
