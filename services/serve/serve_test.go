package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"blackfriday/services/lab"
)

func TestRunAnnouncesOnceAndEndsWithItsContext(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	out := &announced{stop: stop}
	l := lab.New(lab.Config{Partitions: 1, Orders: 1, HTTPPort: 0})
	if err := Run(ctx, l, out); err != nil {
		t.Fatal(err)
	}
	var line struct {
		Ready                              bool
		Kafka                              []string
		Payment, Orders, Emails, Analytics string
	}
	if err := json.Unmarshal(out.Bytes(), &line); err != nil || strings.Count(out.String(), "\n") != 1 {
		t.Fatalf("stdout is %q: %v", out.String(), err)
	}
	if !line.Ready || len(line.Kafka) != 3 || !strings.HasPrefix(line.Analytics, "http://127.0.0.1:") {
		t.Errorf("ready line %+v", line)
	}
}

// announced stops the lab once something was written.
type announced struct {
	bytes.Buffer
	stop func()
}

func (a *announced) Write(p []byte) (int, error) {
	defer a.stop()
	return a.Buffer.Write(p)
}

func TestLogThatNobodyReadsBlocksNobody(t *testing.T) {
	unread, end := io.Pipe()
	l := newLines(end)
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
	l := newLines(&out)
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
