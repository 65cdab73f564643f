//go:build synctests

package e2e

import (
	"io"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"blackfriday/kafka/kafkatest"
	"blackfriday/services/event"
	"blackfriday/services/lab"
	"blackfriday/services/lab/labtest"
	"blackfriday/tui/plain"
)

// TestALivingLabIsToldWhole: a flood, a death and poison, every event of them on a line of its own.
func TestALivingLabIsToldWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := lab.Config{Partitions: 3, Orders: 3, Delay: 100 * time.Millisecond, HTTPPort: lab.NoHTTP, Seed: 1}
		cfg.Kafka = kafkatest.VirtualConfig()
		l := lab.New(cfg)
		labtest.Run(t, l)
		in, typed := io.Pipe()
		out, ended := &lockedBuffer{}, make(chan error, 1)
		go func() { ended <- plain.Run(t.Context(), l, out, plain.Options{Every: 2 * time.Second, Keys: in}) }()
		<-time.After(5 * time.Second)
		for _, line := range []string{"f", "k", " p ", "d", "d"} {
			_, _ = io.WriteString(typed, line+"\r\n")
			<-time.After(3 * time.Second)
		}
		<-time.After(20 * time.Second)
		events := l.Snapshot().Events
		_, _ = io.WriteString(typed, "q\n")
		if err := typed.Close(); err != nil {
			t.Error(err)
		}
		if err := <-ended; err != nil {
			t.Error(err)
		}
		text, rest := out.String(), out.String()
		for _, e := range events {
			line := e.At.Format("15:04:05") + " " + event.Visible(e.Text.String()) + "\n"
			_, after, found := strings.Cut(rest, line)
			if !found {
				t.Fatalf("not told, or not in order: %s", line)
			}
			rest = after
		}
		for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
			if !regexp.MustCompile(`^\d\d:\d\d:\d\d [^\pC]+$`).MatchString(line) {
				t.Errorf("not a time and a sentence: %q", line)
			}
		}
		for _, want := range []string{"flood of 1,000 payments: started", "A flood of 1,000 payments", "ORPHAN. P", "payments wait", "all poison pills: written",
			"14 dead letters", "No payment waits.", "The flood is worked off", "Nothing is lost."} {
			if !strings.Contains(text, want) {
				t.Errorf("no %q", want)
			}
		}
		if t.Failed() {
			t.Log(text)
		}
	})
}
