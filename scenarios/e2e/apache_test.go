package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"blackfriday/kafka/realtest"
)

func TestApachesOwnToolsWork(t *testing.T) {
	tools := realtest.NeedTools(t)
	s := serve(t, "--delay", "0s")
	tool := func(stdin, name string, args ...string) string {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		out, err := tools.Run(ctx, stdin, name, append([]string{"--bootstrap-server", s.brokers()}, args...)...)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}

	listed := strings.Fields(tool("", "topics", "--list"))
	if got := strings.Join(listed, " "); got != "dlq-payment email-sent order-created payment-successful" {
		t.Errorf("topics --list: %s", got)
	}
	tool("", "topics", "--create", "--topic", "course", "--partitions", "2", "--replication-factor", "3")
	if described := tool("", "topics", "--describe", "--topic", "course"); !strings.Contains(described, "PartitionCount: 2") ||
		!strings.Contains(described, "ReplicationFactor: 3") {
		t.Errorf("topics --describe: %s", described)
	}

	var lines strings.Builder
	for user := range 10 {
		fmt.Fprintf(&lines, `{"user_id":%d,"cart":[{"name":"iPhone","price":999}]}`+"\n", user)
	}
	tool(lines.String(), "console-producer", "--topic", "payment-successful")
	consumed := tool("", "console-consumer", "--topic", "order-created", "--from-beginning", "--max-messages", "10", "--timeout-ms", "30000")
	if n := strings.Count(consumed, `"confirmed"`); n != 10 {
		t.Errorf("console-consumer read %d orders, want 10:\n%s", n, consumed)
	}

	described := tool("", "consumer-groups", "--describe", "--group", "order-service-group")
	for _, want := range []string{"payment-successful", "order-1", "order-2", "order-3"} {
		if !strings.Contains(described, want) {
			t.Errorf("consumer-groups --describe does not name %s:\n%s", want, described)
		}
	}
}
