package tui

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"blackfriday/services/messages"
)

func TestJSONIsLaidOut(t *testing.T) {
	lines, rest := layOut([]byte(`{"a":[1,{"b":"x,{}:\"]"}],"c":{},"d":[ ],"e":null}`))
	want := []string{"{", `  "a": [`, "    1,", "    {", `      "b": "x,{}:\"]"`, "    }", "  ],", `  "c": {},`, `  "d": [],`, `  "e": null`, "}"}
	if strings.Join(lines, "\n") != strings.Join(want, "\n") || rest != 0 {
		t.Errorf("laid out as\n%s", strings.Join(lines, "\n"))
	}
	if lines, _ := layOut([]byte(`{"a":1, oops`)); len(lines) != 1 {
		t.Errorf("what is not JSON is changed: %q", lines)
	}
}

// large are values that cost much where nobody takes care.
func large() map[string][]byte {
	return map[string][]byte{
		"JSON":     []byte(`{"a":"` + strings.Repeat("x", 1<<20) + `"}`),
		"numbers":  []byte("[" + strings.Repeat("1,", 1<<19) + "1]"),
		"depth":    bytes.Repeat([]byte("["), 1<<20),
		"newlines": bytes.Repeat([]byte("\n"), 1<<20),
		"zeros":    make([]byte, 1<<20),
		"blanks":   append([]byte("{"), bytes.Repeat([]byte(" "), 1<<20)...),
	}
}

func TestALargeValueIsLaidOutOnlyAsFarAsItIsRead(t *testing.T) {
	for name, value := range large() {
		lines, rest := layOut(value)
		size := 0
		for _, line := range lines {
			size += len(line) + 1
		}
		if len(lines) > mostLines || size > 2*mostDepth*mostLines+2*mostRead || rest < len(value)-mostRead {
			t.Errorf("%s: %d lines, %d bytes, %d not shown", name, len(lines), size, rest)
		}
		m := reading(flooded(), browsed(), 100, 30, "0")
		m.browser.page.Messages[11].Value = value
		shows(t, m, "1.0 MB")
		act(m, "enter")
		for range 300 {
			act(m, "pgdown")
		}
		shows(t, m, "MB more")
		fits(t, m, name)
	}
}

func TestAValueIsLaidOutOnce(t *testing.T) {
	st := newStyles(ThemeDark, false, false)
	var p paper
	value := large()["JSON"]
	once := p.linesOf(st, value, 80)
	if allocs := testing.AllocsPerRun(10, func() { p.linesOf(st, value, 80) }); allocs > 0 {
		t.Errorf("looking again costs %v allocations", allocs)
	}
	if again := p.linesOf(st, value, 40); len(again) <= len(once) {
		t.Error("another width gives the same lines")
	}
	if other := p.linesOf(st, payment(1), 40); strings.Contains(other[0], "x") || len(other) > 40 {
		t.Errorf("another value is drawn as %q", other)
	}
}

// BenchmarkLargeMessage is the cost of a frame with a message of 1 MB on it.
func BenchmarkLargeMessage(b *testing.B) {
	m := reading(flooded(), browsed(), 160, 45, "0")
	m.browser.page.Messages[11].Value = large()["JSON"]
	s := flooded()
	for b.Loop() {
		s.At = s.At.Add(time.Millisecond)
		m.Update(frameMsg{s.At, s})
		_ = m.View()
	}
}

// FuzzLayOut holds: what is drawn of a value is bounded, harmless, no wider than the screen, and JSON stays the same.
func FuzzLayOut(f *testing.F) {
	f.Add([]byte(`{"a":[1,{"b":"x,{}:\"]"}],"c":{}}`), 20)
	f.Add([]byte("\x1b[2J\u202e\xff界e\u0301"), 3)
	f.Fuzz(func(t *testing.T, value []byte, w int) {
		w = min(max(w, 4), 200)
		var p paper
		for _, line := range p.linesOf(newStyles(ThemeDark, false, false), value, w) {
			if clean := ansi.Strip(line); ansi.StringWidth(clean) > max(w, 40) || strings.ContainsFunc(clean, func(r rune) bool { return !drawable(r) }) {
				t.Errorf("%q is %d cells wide or does harm", clean, ansi.StringWidth(clean))
			}
		}
		if text := editable(value); json.Valid(value) && len(value) < mostEdited && utf8.Valid(value) {
			var before, after bytes.Buffer
			if json.Compact(&before, value) != nil || json.Compact(&after, edited(text)) != nil || !same(before.Bytes(), after.Bytes()) {
				t.Errorf("%q is edited as %q", value, edited(text))
			}
		}
	})
}

// same says whether two pieces of JSON mean the same.
func same(a, b []byte) bool {
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return bytes.Equal(a, b)
	}
	p, _ := json.Marshal(x)
	q, _ := json.Marshal(y)
	return bytes.Equal(p, q)
}

func TestTimesAreReadAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string]time.Time{
		"11:59": noon().Add(-time.Minute), "11:59:30": noon().Add(-30 * time.Second), "90s": noon().Add(-90 * time.Second),
		"-5m": noon().Add(-5 * time.Minute), "2026-11-26 10:00:01": time.Date(2026, 11, 26, 10, 0, 1, 0, time.UTC),
		"2026-11-26": time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC), "2026-11-26T10:00:00+01:00": time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC),
	} {
		if got, err := parseTime(text, noon()); err != nil || !got.Equal(want) {
			t.Errorf("%q is %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "noon", "25:00", "5", "--5m"} {
		if got, err := parseTime(text, noon()); err == nil {
			t.Errorf("%q is taken for %v", text, got)
		}
	}
	for text, want := range map[string]int32{"": messages.AllPartitions, "all": messages.AllPartitions, "0": 0, " P12 ": 12} {
		if got, err := parsePartition(text); err != nil || got != want {
			t.Errorf("%q is %d, %v", text, got, err)
		}
	}
	for _, text := range []string{"-1", "x", "2147483648"} {
		if got, err := parsePartition(text); err == nil {
			t.Errorf("%q is taken for %d", text, got)
		}
	}
}
