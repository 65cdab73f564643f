//go:build synctests

package lab

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"blackfriday/kafka"
	"blackfriday/services/ledger"
)

// balanced says that the books know everything, that all of it is done, and nothing lost.
func balanced(s *Snapshot) bool {
	return s.Ledger != nil && s.Ledger.Complete() && s.Ledger.Total.Done.Count+s.Ledger.Total.DLQ.Count == s.Ledger.Total.Payments.Count
}

// TestALabGoesOnTomorrow: what was there is found, under another protocol, too, and whatever number of partitions is asked for.
func TestALabGoesOnTomorrow(t *testing.T) {
	dir := t.TempDir()
	days := 0
	day := func(protocol kafka.Protocol, partitions int, lesson func(t *testing.T, l *Lab)) {
		synctest.Test(t, func(t *testing.T) {
			days++
			<-time.After(time.Duration(days) * 24 * time.Hour) // every bubble begins at the same moment
			l := start(t, func(c *Config) {
				c.Kafka.DataDir, c.Kafka.Protocol, c.Partitions = dir, protocol, partitions
			})
			lesson(t, l)
		})
	}
	day(kafka.ConsumerProtocol, 5, func(t *testing.T, l *Lab) {
		do(t, l, Flood{Count: 300})
		until(t, l, "some of the flood is done", 10*time.Second, func(s *Snapshot) bool {
			return s.Lag.Known && s.Lag.Total < 250 && s.Partitions[0].End > 0
		})
		do(t, l, Kill{Name: "order-2"}) // the brokers count it as a member still when the lesson ends
	})
	for _, protocol := range []kafka.Protocol{kafka.CooperativeSticky, kafka.ConsumerProtocol} {
		day(protocol, 3, func(t *testing.T, l *Lab) {
			s := until(t, l, "the rest is done", time.Minute, balanced)
			if total := s.Ledger.Total; total.Payments.Count != 300 || len(s.Partitions) != 5 || s.Topics[0].Partitions != 5 {
				t.Errorf("%s: %d payments in %d partitions, want the 300 in 5 that were there", protocol, total.Payments.Count, len(s.Partitions))
			}
			if protocol == kafka.CooperativeSticky && s.Orders[0].Processed >= 250 {
				t.Errorf("%+v began again from the start", s.Orders[0])
			}
			s = until(t, l, "analytics has counted again", time.Minute, func(s *Snapshot) bool { return s.Totals.Orders >= 300 && s.Totals.Payments == 300 })
			if text := s.Events; !strings.Contains(fmt.Sprint(text), "goes on from "+dir) {
				t.Errorf("nobody says that this lab goes on: %v", text)
			}
		})
	}
}

// childDir tells the test binary to be the lab of TestAKilledLabGoesOn in this directory.
const childDir = "BLACKFRIDAY_TEST_CHILD_DIR"

// theFlood is how many payments that lab is flooded with.
const theFlood = 3000

func killedConfig(dir string) Config {
	cfg := Config{Partitions: 3, Orders: 3, Delay: 2 * time.Millisecond, HTTPPort: NoHTTP, Seed: 7, Guarantee: kafka.ExactlyOnce}
	cfg.Kafka.DataDir = dir
	return cfg
}

// TestChildLab is the lab that is killed; by itself it is nothing.
func TestChildLab(t *testing.T) {
	dir := os.Getenv(childDir)
	if dir == "" {
		t.Skip("only TestAKilledLabGoesOn starts it")
	}
	l := New(killedConfig(dir))
	ended := make(chan error, 1)
	go func() { ended <- l.Run(context.Background()) }()
	flooded := false
	for range time.Tick(20 * time.Millisecond) {
		s := l.Snapshot()
		switch {
		case s.State != Running:
		case !flooded:
			do(t, l, Flood{Count: theFlood})
			flooded = true
		case s.Ledger != nil && s.Flood.ID > 0 && !s.Flood.Running && s.Ledger.Total.Done.Count > 0:
			if _, err := fmt.Fprintln(os.Stdout, "done", s.Ledger.Total.Done.Count); err != nil {
				t.Fatal(err)
			}
		}
		if len(ended) > 0 {
			t.Fatal(<-ended)
		}
	}
}

// TestAKilledLabGoesOn kills a lab in the middle of a flood under exactly-once. What was acknowledged is there, and
// nothing is lost; nothing is done twice, either, unless the kill falls between the writes of one commit, which take about
// 0.1 ms: kfake has no log to finish them from, as Kafka has.
func TestAKilledLabGoesOn(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: no lab is killed")
	}
	dir := t.TempDir()
	for range 2 {
		child := exec.Command(os.Args[0], "-test.run=^TestChildLab$", "-test.v")
		child.Env = append(os.Environ(), childDir+"="+dir)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		for lines := bufio.NewScanner(out); lines.Scan() && !strings.HasPrefix(lines.Text(), "done"); {
			t.Log(lines.Text())
		}
		<-time.After(500 * time.Millisecond) // in the middle of several transactions
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = child.Wait() // it was killed
	}
	l := New(killedConfig(dir))
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	s := until(t, l, "everything is done", 2*time.Minute, balanced)
	if b := s.Ledger.Total; b.Payments.Count != 2*theFlood || b.Lost != (ledger.Sum{}) || b.Foreign != (ledger.Sum{}) || b.Duplicates.Count > 0 {
		t.Errorf("%+v, want %d payments, none lost and none twice", b, 2*theFlood)
	}
}
