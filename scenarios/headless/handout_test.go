package headless

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"blackfriday/kafka/connect"
)

func TestAScenarioIsHandedOut(t *testing.T) {
	dir := t.TempDir()
	cmd := newCommand(connect.New(func(string) string { return "" }), openLab)
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SetArgs([]string{"poison", "--payments", "30", "--delay", "1ms", "--handout", dir})
	if err := cmd.ExecuteContext(t.Context()); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 2 {
		t.Fatalf("written: %q, %v", files, err)
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"## The scenario poison", "| nothing lost | ✓ holds |", "| 44 | 30 | 14 |", filepath.Base(files[1])} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	if !strings.Contains(out.String(), files[0]) {
		t.Errorf("it does not say where it is:\n%s", out.String())
	}
}
