//go:build unix

package clipboard_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"blackfriday/tui/clipboard"
)

// desktop is a machine whose clipboard programs write down what they are given.
func desktop(t *testing.T, programs ...string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, name := range programs {
		script := "#!/bin/sh\n/bin/cat > " + filepath.Join(dir, name+".got") + "\n"
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
	return dir
}

func TestWriteFindsTheProgramOfTheDesktop(t *testing.T) {
	dir := desktop(t, "wl-copy", "xsel", "pbcopy", "clip.exe")
	for _, test := range []struct {
		system, want string
		env          map[string]string
	}{
		{"linux", "wl-copy", map[string]string{"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}},
		{"linux", "xsel", map[string]string{"DISPLAY": ":0"}}, // there is no xclip
		{"linux", "clip.exe", map[string]string{"WSL_DISTRO_NAME": "Debian"}},
		{"darwin", "pbcopy", nil},
	} {
		getenv := func(name string) string { return test.env[name] }
		if err := clipboard.Write(t.Context(), getenv, test.system, "30.0/s "+test.want); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(dir, test.want+".got"))
		if err != nil || string(got) != "30.0/s "+test.want {
			t.Errorf("%s was given %q, %v", test.want, got, err)
		}
	}
}

func TestThereIsNoClipboardElsewhere(t *testing.T) {
	desktop(t, "xsel")
	for name, env := range map[string]map[string]string{
		"no desktop": {}, "over SSH": {"DISPLAY": ":0", "SSH_CONNECTION": "a b"}, "no program": {"WAYLAND_DISPLAY": "w", "PATH": ""},
	} {
		if name == "no program" {
			t.Setenv("PATH", t.TempDir())
		}
		if err := clipboard.Write(t.Context(), func(n string) string { return env[n] }, "linux", "x"); !errors.Is(err, clipboard.ErrNone) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
