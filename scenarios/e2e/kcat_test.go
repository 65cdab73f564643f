package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestKcatListsProducesAndConsumes(t *testing.T) {
	need(t, "kcat")
	s := serve(t, "--delay", "0s")
	listed, stderr, code := run(t, 30*time.Second, "", "kcat", "-b", s.brokers(), "-L")
	for topic, partitions := range map[string]int{"payment-successful": 3, "order-created": 3, "email-sent": 3, "dlq-payment": 1} {
		if want := fmt.Sprintf("topic %q with %d partitions", topic, partitions); !strings.Contains(listed, want) {
			t.Errorf("kcat -L (exit code %d) does not list %s:\n%s%s", code, want, listed, stderr)
		}
	}

	const payments = 1000
	var lines strings.Builder
	for user := range payments {
		fmt.Fprintf(&lines, `{"user_id":%d,"cart":[{"name":"iPhone","price":999,"quantity":1}],"timestamp":1795766400.5}`+"\n", user)
	}
	if _, stderr, code := run(t, 60*time.Second, lines.String(), "kcat", "-b", s.brokers(), "-P", "-t", "payment-successful"); code != 0 {
		t.Fatalf("kcat -P: exit code %d\n%s", code, stderr)
	}
	consumed, stderr, code := run(t, 60*time.Second, "", "kcat", "-b", s.brokers(), "-C", "-t", "order-created", "-o", "beginning", "-c", fmt.Sprint(payments))
	if code != 0 {
		t.Fatalf("kcat -C: exit code %d\n%s", code, stderr)
	}
	ids, users := map[int64]bool{}, map[int64]bool{}
	for line := range strings.Lines(consumed) {
		var order struct {
			OrderID int64  `json:"order_id"`
			UserID  int64  `json:"user_id"`
			Status  string `json:"status"`
			Items   []any  `json:"items"`
		}
		if err := json.Unmarshal([]byte(line), &order); err != nil || order.Status != "confirmed" || len(order.Items) != 1 {
			t.Fatalf("order %q: %v", line, err)
		}
		ids[order.OrderID], users[order.UserID] = true, true
	}
	if len(ids) != payments || len(users) != payments {
		t.Errorf("%d order ids and %d users for %d payments", len(ids), len(users), payments)
	}
	s.stop(t, syscall.SIGTERM)
}

func TestKcatFindsAPillInTheDeadLetterQueue(t *testing.T) {
	need(t, "kcat")
	s := serve(t, "--delay", "0s")
	if _, stderr, code := run(t, 30*time.Second, "{ invalid json :\n", "kcat", "-b", s.brokers(), "-P", "-t", "payment-successful"); code != 0 {
		t.Fatalf("kcat -P: exit code %d\n%s", code, stderr)
	}
	dead, stderr, code := run(t, 30*time.Second, "", "kcat", "-b", s.brokers(), "-C", "-t", "dlq-payment", "-o", "beginning", "-c", "1", "-f", "%h\n%s\n")
	if code != 0 {
		t.Fatalf("kcat -C: exit code %d\n%s", code, stderr)
	}
	headers, value, _ := strings.Cut(dead, "\n")
	if !strings.Contains(headers, "error-code=invalid-json") || !strings.Contains(headers, "source-topic=payment-successful") {
		t.Errorf("headers %q", headers)
	}
	if letter := object(t, value); letter["original_message"] != "{ invalid json :" || letter["error"] == "" || letter["timestamp"] == nil {
		t.Errorf("dead letter %s", value)
	}
}
