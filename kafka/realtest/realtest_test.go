package realtest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestOneBrokerServesApachesTools(t *testing.T) {
	c := Start(t, Options{Properties: map[string]string{"num.partitions": "5"}})
	if _, err := c.Tool(t.Context(), "topics", "--create", "--topic", "course"); err != nil {
		t.Fatal(err)
	}
	described, err := c.Tool(t.Context(), "topics", "--describe", "--topic", "course")
	if err != nil || !strings.Contains(described, "PartitionCount: 5") {
		t.Errorf("topics --describe: %v\n%s", err, described)
	}
	if _, err := c.Tool(t.Context(), "topics", "--describe", "--topic", "nonsense"); err == nil {
		t.Error("a topic that does not exist is described")
	}
}

func TestOneOfThreeBrokersDiesAndComesBack(t *testing.T) {
	c := Start(t, Options{Brokers: 3})
	inSync := func() string {
		t.Helper()
		described, err := c.Tool(t.Context(), "topics", "--describe", "--topic", "course", "--at-min-isr-partitions")
		if err != nil {
			t.Fatal(err)
		}
		return described
	}
	if _, err := c.Tool(t.Context(), "topics", "--create", "--topic", "course"); err != nil {
		t.Fatal(err)
	}
	if few := inSync(); few != "" {
		t.Errorf("replicas are missing before anybody died: %s", few)
	}
	if err := c.Kill(3); err != nil {
		t.Fatal(err)
	}
	wait(t, func() bool { return inSync() != "" })
	if err := c.Start(t.Context(), 3); err != nil {
		t.Fatal(err)
	}
	wait(t, func() bool { return inSync() == "" })
}

func TestABrokerThatCannotStartSaysWhy(t *testing.T) {
	NeedTools(t)
	ctx, cancel := context.WithTimeout(t.Context(), startWithin)
	defer cancel()
	c, err := Launch(ctx, t.TempDir(), Options{Properties: map[string]string{"num.partitions": "many"}})
	if err == nil {
		c.Stop()
		t.Fatal("it started")
	}
	if !strings.Contains(err.Error(), "num.partitions") {
		t.Errorf("the error does not name num.partitions: %v", err)
	}
}

func TestNoJavaIsMissing(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := FindTools(t.Context()); !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), "Java 17") {
		t.Errorf("without java: %v", err)
	}
}

func TestAnOldJavaIsMissing(t *testing.T) {
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "java"), []byte("#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin)
	if _, err := FindTools(t.Context()); !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), "version 11") {
		t.Errorf("with Java 11: %v", err)
	}
}

func TestNoMavenIsMissingOnlyWithoutJars(t *testing.T) {
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "java"), []byte("#!/bin/sh\necho 'openjdk version \"21\"' >&2\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin)
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv("HOME", cache)
	if _, err := FindTools(t.Context()); !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), "Maven") {
		t.Errorf("without mvn: %v", err)
	}
	user, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(user, "blackfriday", "kafka-"+Version), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := FindTools(t.Context()); err != nil {
		t.Errorf("with the jars, without mvn: %v", err)
	}
}

// wait asks until the answer is yes.
func wait(t *testing.T, ask func() bool) {
	t.Helper()
	deadline := time.NewTimer(2 * time.Minute)
	defer deadline.Stop()
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for !ask() {
		select {
		case <-again.C:
		case <-deadline.C:
			t.Fatal("not within 2 minutes")
		}
	}
}
