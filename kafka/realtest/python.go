package realtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"
)

// confluent is the Python client that the course uses.
const confluent = "confluent-kafka==2.16.0"

// Python runs scripts that import confluent_kafka.
type Python struct {
	packages string // a directory
}

// NeedPython returns a Python with confluent-kafka, which pip fetches once into the user's cache directory. It skips the
// test where Python or pip are missing.
func NeedPython(tb testing.TB) *Python {
	tb.Helper()
	if testing.Short() {
		tb.Skip("-short: no Python is run")
	}
	python, err := findPython(tb.Context())
	if err != nil {
		Missing(tb, err)
		tb.Fatal(err)
	}
	return python
}

func findPython(ctx context.Context) (*Python, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*fetchWithin)
	defer cancel()
	// The package is made for one version of Python.
	version, err := exec.CommandContext(ctx, "python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2])").Output()
	if err != nil {
		return nil, fmt.Errorf("%w: Python (python3) is not installed: %w", ErrMissing, err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, fmt.Errorf("where confluent-kafka goes: %w", err)
	}
	dir := filepath.Join(cache, "blackfriday")
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("where confluent-kafka goes: %w", err)
	}
	packages := filepath.Join(dir, confluent+"-py"+strings.TrimSpace(string(version)))
	lock := flock.New(packages + ".lock")
	if _, err := lock.TryLockContext(ctx, 100*time.Millisecond); err != nil {
		return nil, fmt.Errorf("wait for another process that fetches confluent-kafka: %w", err)
	}
	defer func() { _ = lock.Unlock() }() // the end of the process unlocks it, too
	if !complete(packages) {
		if err := pip(ctx, packages); err != nil {
			return nil, err
		}
	}
	return &Python{packages}, nil
}

func pip(ctx context.Context, packages string) error {
	if out, err := exec.CommandContext(ctx, "python3", "-m", "pip", "--version").CombinedOutput(); err != nil {
		return fmt.Errorf("%w: pip, which fetches confluent-kafka, is not installed: %w\n%s", ErrMissing, err, out)
	}
	work, err := os.MkdirTemp(filepath.Dir(packages), "fetch-")
	if err != nil {
		return fmt.Errorf("fetch confluent-kafka: %w", err)
	}
	defer func() { _ = os.RemoveAll(work) }()
	fetched := filepath.Join(work, "packages")
	cmd := exec.CommandContext(ctx, "python3", "-m", "pip", "install", "--quiet", "--retries", "3", "--only-binary", ":all:", "--target", fetched, confluent)
	cmd.WaitDelay = 5 * time.Second
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("pip did not fetch %s: %w\n%s", confluent, err, out)
	}
	return os.Rename(fetched, packages)
}

// Command prepares a script. The process is killed when ctx ends.
func (p *Python) Command(ctx context.Context, script string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "python3", append([]string{"-u", script}, args...)...)
	cmd.Env = append(os.Environ(), "PYTHONPATH="+p.packages)
	cmd.SysProcAttr = dieWithParent()
	cmd.WaitDelay = 5 * time.Second
	return cmd
}
