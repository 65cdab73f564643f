package kafka

import (
	"strings"
	"testing"
)

func TestAPrefixFollowsKafkasRules(t *testing.T) {
	for _, prefix := range []string{"", "lab-1.", "a_b", "..a", "_x", strings.Repeat("p", MaxNameLength-longestName)} {
		if _, err := (Config{Prefix: prefix}).withDefaults(); err != nil {
			t.Errorf("%q: %v", prefix, err)
		}
	}
	for _, prefix := range []string{".", "..", "__", "__lab", "a b", "é", "a/", "a\x1b[31m", strings.Repeat("p", MaxNameLength-longestName+1)} {
		_, err := (Config{Prefix: prefix}).withDefaults()
		if err == nil || !strings.Contains(err.Error(), "--topic-prefix") || strings.ContainsRune(err.Error(), '\x1b') {
			t.Errorf("%q: %v", prefix, err)
		}
	}
	for _, name := range []string{PaymentSuccessful, OrderCreated, EmailSent, DLQPayment} {
		if len(name) > longestName {
			t.Errorf("%s is longer than the longest name", name)
		}
	}
}

func TestWhatIsOutsideOfTheNamespaceIsNotSeen(t *testing.T) {
	got := within("a.", map[string]int{"a.x": 1, "x": 2, "b.x": 3, "a.a.x": 4})
	if len(got) != 2 || got["x"] != 1 || got["a.x"] != 4 {
		t.Error(got)
	}
}

func BenchmarkNamespace(b *testing.B) {
	for _, n := range []namespace{"", "lab-1."} {
		b.Run("prefix "+string(n), func(b *testing.B) {
			b.ReportAllocs()
			r := &Record{Topic: PaymentSuccessful}
			for b.Loop() {
				topic := r.Topic
				r.Topic = n.full(topic)
				n.shorten([]*Record{r})
			}
		})
	}
}
