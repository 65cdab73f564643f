package kafka

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"blackfriday/kafka/datadir"
)

// openDisk opens a durable cluster with the topic "a", which it must be given back by the end of the test.
func openDisk(t testing.TB, dir string) *Cluster {
	t.Helper()
	c, err := Open(context.Background(), Config{DataDir: dir, Prefix: testPrefix})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	if err := c.CreateTopics(context.Background(), Topic{"a", 1, 1 << 20}); err != nil {
		t.Fatal(err)
	}
	return c
}

// killed is what a SIGKILL leaves of a cluster that is open: a copy of its directory as it is.
func killed(t testing.TB, dir string) string {
	t.Helper()
	left := t.TempDir()
	if err := os.CopyFS(left, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return left
}

func TestADataDirectoryKeepsTopicsRecordsAndOffsets(t *testing.T) {
	for name, leave := range map[string]func(*Cluster, string) string{
		"stopped": func(c *Cluster, dir string) string { c.Close(); return dir },
		"killed":  func(_ *Cluster, dir string) string { return killed(t, dir) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "new", "lab")
			c := openDisk(t, dir)
			produce(t, openClient(t, c), "a", 0, "one", "two")
			offsets := kadm.Offsets{}
			offsets.AddOffset(testPrefix+"a", 0, 1, -1)
			if err := c.admin.CommitAllOffsets(t.Context(), "g", offsets); err != nil {
				t.Fatal(err)
			}
			id := c.TopicID("a")
			again := openDisk(t, leave(c, dir))
			wantRecords(t, readAll(t, again, "a"), map[string][]string{"a/0": {"0=one", "1=two"}})
			committed, err := again.admin.FetchOffsets(t.Context(), "g")
			if at, ok := committed.Lookup(testPrefix+"a", 0); err != nil || !ok || at.At != 1 {
				t.Errorf("committed %v (%v), want 1", at, err)
			}
			if again.TopicID("a") != id || again.ID() != c.ID() {
				t.Errorf("topic id %s of cluster %s, want %s of %s", again.TopicID("a"), again.ID(), id, c.ID())
			}
		})
	}
}

// TestATransactionOfTheDeadIsAborted: kfake hides the records and writes no marker. Then what the same producer commits
// next is dropped by readers of both in one answer, and shown by a second start together with what was hidden.
func TestATransactionOfTheDeadIsAborted(t *testing.T) {
	dir := t.TempDir()
	c := openDisk(t, dir)
	commit := kgo.TryCommit
	client := openClient(t, c, kgo.TransactionalID("tx"))
	transact(t, client, &commit, "a", "counts")
	transact(t, client, nil, "a", "of the dead", "of the dead")
	want := map[string][]string{"a/0": {"0=counts", "5=counts, too"}}
	for life := range 3 {
		dir = killed(t, dir)
		c = openDisk(t, dir)
		if life == 0 {
			wantRecords(t, readAll(t, c, "a"), map[string][]string{"a/0": {"0=counts"}})
			transact(t, openClient(t, c, kgo.TransactionalID("tx")), &commit, "a", "counts, too")
		}
		wantRecords(t, readAll(t, c, "a"), want)
	}
	c.Close()
	wantRecords(t, readAll(t, openDisk(t, dir), "a"), want)
}

func TestADirectoryOfSomebodyElseIsRefused(t *testing.T) {
	foreign, newer, used, file := t.TempDir(), t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "file")
	for name, text := range map[string]string{
		filepath.Join(foreign, "thesis.txt"):     "chapter 1",
		filepath.Join(newer, "blackfriday.json"): `{"format":2}`,
		file:                                     "",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	openDisk(t, used)
	for dir, want := range map[string]error{
		foreign: datadir.ErrForeign, newer: datadir.ErrNewer, used: datadir.ErrInUse, file: nil,
	} {
		_, err := Open(t.Context(), Config{DataDir: dir, Prefix: testPrefix})
		if err == nil || want != nil && !errors.Is(err, want) || !strings.Contains(err.Error(), "--data-dir "+dir) ||
			!strings.Contains(err.Error(), "choose") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %v", dir, err, want)
		}
	}
	if entries, err := os.ReadDir(foreign); err != nil || len(entries) != 1 {
		t.Errorf("a foreign directory holds %v (%v) now", entries, err)
	}
	if _, err := Open(t.Context(), Config{DataDir: used, Brokers: []string{"localhost:1"}}); err == nil || !strings.Contains(err.Error(), "--brokers") {
		t.Errorf("with a real cluster: %v", err)
	}
}

// TestAFullDiskIsSaid: a record that could not be written is not acknowledged, and the trouble stays.
func TestAFullDiskIsSaid(t *testing.T) {
	dir := t.TempDir()
	c := openDisk(t, dir)
	// Where the directory of the partitions should be is a file: a disk that takes no new file.
	if err := os.WriteFile(filepath.Join(dir, "partitions"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := c.DiskTrouble(); err != nil {
		t.Fatal(err)
	}
	client := openClient(t, c, kgo.RecordRetries(1), kgo.UnknownTopicRetries(1))
	if err := client.ProduceSync(t.Context(), &kgo.Record{Topic: testPrefix + "a", Value: []byte("lost")}).FirstErr(); err == nil {
		t.Error("a record was acknowledged that is on no disk")
	}
	if err := c.DiskTrouble(); err == nil || !strings.Contains(err.Error(), "--data-dir "+dir) {
		t.Errorf("trouble %v, want one that names %s", err, dir)
	}
}
