package realtest

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Tools are Apache Kafka's own programs.
type Tools struct {
	jars string // a directory
}

// NeedTools is FindTools for a test, which is skipped where there is no Java.
func NeedTools(tb testing.TB) *Tools {
	tb.Helper()
	if testing.Short() {
		tb.Skip("-short: none of Apache's tools is run")
	}
	tools, err := FindTools(tb.Context())
	if err != nil {
		Missing(tb, err)
		tb.Fatal(err)
	}
	return tools
}

// classes are the main classes behind bin/kafka-topics.sh and its siblings.
func classes() map[string]string {
	return map[string]string{
		"acls":                "org.apache.kafka.tools.AclCommand",
		"broker-api-versions": "org.apache.kafka.tools.BrokerApiVersionsCommand",
		"configs":             "kafka.admin.ConfigCommand",
		"console-consumer":    "org.apache.kafka.tools.consumer.ConsoleConsumer",
		"console-producer":    "org.apache.kafka.tools.ConsoleProducer",
		"consumer-groups":     "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
		"leader-election":     "org.apache.kafka.tools.LeaderElectionCommand",
		"producer-perf-test":  "org.apache.kafka.tools.ProducerPerformance",
		"storage":             "kafka.tools.StorageTool",
		"topics":              "org.apache.kafka.tools.TopicCommand",
		"transactions":        "org.apache.kafka.tools.TransactionsCommand",
	}
}

// Command prepares one of Apache's tools, named as its script is without kafka- and .sh: topics, consumer-groups,
// console-consumer, console-producer, producer-perf-test, configs, acls, broker-api-versions, leader-election, transactions, storage. The
// process is killed when ctx ends.
func (t *Tools) Command(ctx context.Context, name string, args ...string) (*exec.Cmd, error) {
	class, found := classes()[name]
	if !found {
		return nil, fmt.Errorf("no tool of Apache's is named %q: there are %v", name, slices.Sorted(maps.Keys(classes())))
	}
	cmd := exec.CommandContext(ctx, "java", append(t.args("error", "512m", class), args...)...)
	cmd.SysProcAttr = dieWithParent()
	cmd.WaitDelay = 5 * time.Second
	return cmd, nil
}

// Run runs a tool to its end, with stdin, and returns what it wrote to stdout. An exit code and a Java exception are
// errors that hold what it wrote to stderr.
func (t *Tools) Run(ctx context.Context, stdin, name string, args ...string) (string, error) {
	cmd, err := t.Command(ctx, name, args...)
	if err != nil {
		return "", err
	}
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errs
	if err := cmd.Run(); err != nil {
		return out.String(), fmt.Errorf("kafka-%s %q: %w\n%s%s", name, args, err, out.String(), errs.String())
	}
	if strings.Contains(errs.String(), "Exception") {
		return out.String(), fmt.Errorf("kafka-%s %q:\n%s%s", name, args, out.String(), errs.String())
	}
	return out.String(), nil
}

// args are those of java for a main class.
func (t *Tools) args(level, heap, class string, args ...string) []string {
	options := []string{
		"-Xmx" + heap,
		"-Dorg.slf4j.simpleLogger.defaultLogLevel=" + level,
		"-Dorg.slf4j.simpleLogger.showDateTime=true", "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS",
		"-cp", filepath.Join(t.jars, "*"), class,
	}
	return append(options, args...)
}
