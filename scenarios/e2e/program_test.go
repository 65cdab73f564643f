// Package e2e drives the built program as its users do: with kcat, with curl's requests, with Apache's own tools, and with
// keys in a terminal.
package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// built is the program, made once for all tests; its directory goes when they are done.
var built = sync.OnceValues(build)

var buildDir string

func TestMain(m *testing.M) {
	if err := os.Setenv("LC_ALL", "C"); err != nil { // the program speaks English, whatever the language of its developer
		fmt.Fprintln(os.Stderr, err)
	}
	m.Run() // its code becomes the exit code
	if buildDir != "" {
		if err := os.RemoveAll(buildDir); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
}

func build() (string, error) {
	root, err := findModule()
	if err != nil {
		return "", err
	}
	if buildDir, err = os.MkdirTemp("", "blackfriday-e2e-"); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	name := filepath.Join(buildDir, "blackfriday")
	cmd := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-o", name, ".")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return name, nil
}

// program returns the path of the built program.
func program(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: the program is not built and driven")
	}
	name, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// findModule returns the directory of go.mod, at or above the working directory.
func findModule() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("no go.mod at or above the working directory")
		}
		dir = parent
	}
}

func moduleRoot(t *testing.T) string {
	t.Helper()
	root, err := findModule()
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// need skips a test whose tool this machine does not have. In continuous integration the tool must be there.
func need(t *testing.T, tools ...string) {
	t.Helper()
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			missing(t, "%s is not installed", tool)
		}
	}
}

func missing(t *testing.T, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

// run runs a program to its end and returns its two outputs and its exit code.
func run(t *testing.T, within time.Duration, stdin string, name string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	// Not t.Context(): cleanups run programs too, when that one has ended.
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.WaitDelay = 5 * time.Second
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewBufferString(stdin), &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%s %q: %v\n%s", name, args, err, errs.String())
	}
	if ctx.Err() != nil {
		t.Fatalf("%s %q did not end within %v\nstdout: %s\nstderr: %s", name, args, within, out.String(), errs.String())
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// eventually asks until the answer is yes, and fails with what the last answer said when it never is.
func eventually(t *testing.T, within time.Duration, ask func() (yes bool, said string)) {
	t.Helper()
	deadline := time.NewTimer(within)
	defer deadline.Stop()
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for {
		yes, said := ask()
		if yes {
			return
		}
		select {
		case <-again.C:
		case <-deadline.C:
			t.Fatalf("not within %v; last seen:\n%s", within, said)
		}
	}
}
