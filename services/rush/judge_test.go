package rush

import (
	"strings"
	"testing"
	"time"
)

func TestJudge(t *testing.T) {
	var answers []answer
	for i := range 100 {
		answers = append(answers, answer{took: time.Duration(100-i) * time.Millisecond, ok: i%10 != 0, why: "503 \x1b[2J"})
	}
	v := judge(answers, 2*time.Second, 20, 90)
	if v.Succeeded != 90 || v.Failed != 10 || v.SuccessRate != 90 || !v.Passed || v.PerSecond != 50 {
		t.Errorf("%+v", v)
	}
	if v.Min != 1 || v.Mean != 50.5 || v.P50 != 50 || v.P95 != 95 || v.P99 != 99 || v.Max != 100 {
		t.Errorf("times: %+v", v)
	}
	if len(v.Failures) != 1 || v.Failures[0].Count != 10 || strings.Contains(v.text().String(), "\x1b") || !strings.Contains(v.text().String(), "with a scratch") {
		t.Errorf("%+v\n%s", v.Failures, v.text().String())
	}
	if v := judge(answers, time.Second, 1, 91); v.Passed || !strings.Contains(v.text().String(), "would end the shop") {
		t.Errorf("90 %% passed a threshold of 91:\n%s", v.text().String())
	}
	if v := judge(answers[1:2], time.Second, 1, 100); !v.Passed || v.P50 != v.Max || !strings.Contains(v.text().String(), "every payment was taken") {
		t.Errorf("one answer: %+v", v)
	}
	if v := judge(nil, time.Second, 1, 0); v.Passed || v.Payments != 0 {
		t.Errorf("no answer: %+v", v)
	}
}

func TestPercentilesOfFew(t *testing.T) {
	few := []time.Duration{1, 2, 3}
	for p, want := range map[int]time.Duration{1: 1, 33: 1, 34: 2, 50: 2, 95: 3, 99: 3, 100: 3} {
		if got := percentile(few, p); got != want {
			t.Errorf("percentile %d of %v: %v, want %v", p, few, got, want)
		}
	}
}
