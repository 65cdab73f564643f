package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"

	"blackfriday/services/lab"
)

func TestRunAnnouncesOnceAndEndsWithItsContext(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	out := &announced{stop: stop}
	l := lab.New(lab.Config{Partitions: 1, Orders: 1, HTTPPort: 0})
	if err := Run(ctx, l, "", out); err != nil {
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
