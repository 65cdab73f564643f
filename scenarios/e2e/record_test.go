package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// recording is an asciicast: the size at its beginning, and its events.
type recording struct {
	Version, Width, Height int
	events                 []recorded
}

type recorded struct{ kind, text string }

// shown is what was written to the terminal, for each size that it had.
func (r recording) shown() []string {
	all := []string{""}
	for _, e := range r.events {
		switch e.kind {
		case "o":
			all[len(all)-1] += e.text
		case "r":
			all = append(all, "")
		}
	}
	return all
}

func readRecording(t *testing.T, name string) (r recording) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for n, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		var e recorded
		var at float64
		if n == 0 {
			err = json.Unmarshal([]byte(line), &r)
		} else {
			err = json.Unmarshal([]byte(line), &[]any{&at, &e.kind, &e.text})
			r.events = append(r.events, e)
		}
		if err != nil {
			t.Fatalf("line %d, %q: %v", n, line, err)
		}
	}
	return r
}

// TestASessionIsRecorded: its last frame, played on another terminal, is the one that was seen, at the size that it had then.
func TestASessionIsRecorded(t *testing.T) {
	need(t, "tmux")
	dir := t.TempDir()
	name, cast := program(t), filepath.Join(dir, "lesson.cast")
	term := openTerminal(t)
	command := name + " --kafka-port 0 --http-port 0 --delay 0s --record " + cast
	term.tmux("send-keys", "-l", command)
	term.key("Enter")
	term.waitFor("three readers", func(screen string) bool {
		return reader(screen, 0) != "" && reader(screen, 1) != "" && reader(screen, 2) != ""
	})
	term.key("f")
	term.tmux("resize-window", "-x", "120", "-y", "36")
	term.waitFor("the flood to be worked off", func(screen string) bool {
		return lag(screen) == 0 && regexp.MustCompile(`payments 1,000\D.*orders 1,000\D`).MatchString(screen)
	})
	term.key("Space") // it stands still
	seen, frames := "", []string(nil)
	eventually(t, 30*time.Second, func() (bool, string) {
		before := readRecording(t, cast).shown()
		seen = term.screen()
		frames = readRecording(t, cast).shown()
		return slices.Equal(frames, before) && term.screen() == seen && strings.Contains(seen, "space") && !strings.Contains(seen, "keys"), seen
	})
	term.quit()

	r := readRecording(t, cast)
	if r.Version != 2 || r.Width != 100 || r.Height != 30 {
		t.Errorf("it begins with %+v", recording{Version: r.Version, Width: r.Width, Height: r.Height})
	}
	if !slices.Contains(r.events, recorded{"r", "120x36"}) || len(frames) != 2 {
		t.Fatal("the new size is not recorded")
	}
	all := r.shown()[1]
	if end := all[max(strings.LastIndex(all, "\x1b[?1049"), 0):]; !strings.HasPrefix(end, "\x1b[?1049l") || !strings.Contains(end, "\x1b[?25h") {
		t.Errorf("the terminal is not given back: %q", end)
	}
	// It is played on a terminal as the dashboard has it; what that answers is for nobody.
	term.tmux("send-keys", "-l", "stty -echo -icanon -opost")
	term.key("Enter")
	for n, size := range [][2]string{{"100", "30"}, {"120", "36"}} {
		term.tmux("resize-window", "-x", size[0], "-y", size[1])
		played := filepath.Join(dir, fmt.Sprint("frames", n))
		if err := os.WriteFile(played, []byte(frames[n]), 0o600); err != nil {
			t.Fatal(err)
		}
		term.tmux("send-keys", "-l", "cat "+played+"; cat > "+os.DevNull)
		term.key("Enter")
		term.waitFor("a frame", func(screen string) bool { return strings.Contains(screen, "BLACK FRIDAY LAB") })
		if n == 0 {
			term.key("C-c")
		}
	}
	term.waitFor("the frame that was seen:\n"+seen, func(screen string) bool { return screen == seen })

	if _, stderr, code := run(t, 20*time.Second, "", name, "join", "127.0.0.1:1", "--record", cast); code == 0 ||
		!strings.Contains(stderr, "--record "+cast+": this file is there already") {
		t.Errorf("a second recording over the first: exit code %d, %s", code, stderr)
	}
}

// TestPlainInAPipe: nobody types, nothing is drawn, and Ctrl+C ends it as it should be ended.
func TestPlainInAPipe(t *testing.T) {
	for language, want := range map[string]string{"en": "No payment waits.", "fr": "Aucun paiement n’attend."} {
		out := &lockedBuffer{}
		cmd := exec.CommandContext(t.Context(), program(t), "--plain", "--every", "1s", "--kafka-port", "0", "--http-port", "0", "--lang", language)
		cmd.Stdout, cmd.Stderr = out, out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		eventually(t, 30*time.Second, func() (bool, string) { return strings.Contains(out.String(), want), out.String() })
		if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("%s: %v\n%s", language, err, out.String())
		}
		for line := range strings.SplitSeq(strings.TrimSuffix(out.String(), "\n"), "\n") {
			if !regexp.MustCompile(`^\d\d:\d\d:\d\d [^\pC]+$`).MatchString(line) {
				t.Errorf("%s: not a time and a sentence: %q", language, line)
			}
		}
	}
	_, stderr, code := run(t, 20*time.Second, "", program(t), "--kafka-port", "0")
	if code == 0 || !strings.Contains(stderr, "add --plain") {
		t.Errorf("a dashboard in a pipe: exit code %d, %s", code, stderr)
	}
}

// TestPlainIsTyped: a key and Enter do what the key does on the dashboard, while the lines go on into a file.
func TestPlainIsTyped(t *testing.T) {
	need(t, "tmux")
	log := filepath.Join(t.TempDir(), "log")
	term := openTerminal(t)
	term.tmux("send-keys", "-l", fmt.Sprintf("%s --plain --every 1s --kafka-port 0 --http-port 0 --delay 0s | tee %s", program(t), log))
	term.key("Enter")
	await := func(what string) {
		eventually(t, 30*time.Second, func() (bool, string) {
			text, err := os.ReadFile(log)
			return err == nil && strings.Contains(string(text), what), "waited for " + what + " in\n" + string(text)
		})
	}
	await("No payment waits.")
	for _, step := range [][2]string{{"f", "1,000 payments, 1,000 orders"}, {"?", "q: quit"}, {"k", "crashed and nobody reads"}} {
		term.tmux("send-keys", "-l", step[0])
		term.key("Enter")
		await(step[1])
	}
	term.tmux("send-keys", "-l", "q")
	term.key("Enter")
	term.waitFor("the shell's prompt", atShell)
	term.tmux("send-keys", "-l", "echo exit-code-${PIPESTATUS[0]}")
	term.key("Enter")
	term.waitFor("exit code 0", func(screen string) bool { return strings.Contains(screen, "\nexit-code-0\n") })
}
