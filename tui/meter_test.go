package tui

import (
	"strings"
	"testing"

	"blackfriday/kafka/phrase"

	"github.com/charmbracelet/x/ansi"
)

func TestAMeterIsAsWideAtItsStartAsAtItsEnd(t *testing.T) {
	bar := func(done int64) string {
		text := ansi.Strip(meterText(nil, phrase.New("payments"), done, 10_000, true))
		text, _, _ = strings.Cut(strings.TrimPrefix(text, "\rpayments "), " ")
		return text
	}
	for _, done := range []int64{0, 1, 5_000, 9_999, 10_000, 20_000} {
		if got := bar(done); ansi.StringWidth(got) != meterWidth {
			t.Errorf("%d of 10,000: %q", done, got)
		}
	}
	if bar(0) == bar(1) || bar(9_999) == bar(0) {
		t.Error("it does not move")
	}
	if got := meterText(nil, phrase.New("payments"), 5_000, 10_000, false); got != "payments: 5,000 of 10,000\n" {
		t.Errorf("in a pipe: %q", got)
	}
}
