package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// apacheVersion is the Kafka whose console tools are tried.
const apacheVersion = "4.3.0"

// The main classes behind bin/kafka-topics.sh and its siblings.
const (
	topicsTool   = "org.apache.kafka.tools.TopicCommand"
	groupsTool   = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand"
	producerTool = "org.apache.kafka.tools.ConsoleProducer"
	consumerTool = "org.apache.kafka.tools.consumer.ConsoleConsumer"
)

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>blackfriday</groupId><artifactId>apache-tools</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-tools</artifactId><version>` + apacheVersion + `</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
`

// apacheJars returns the directory of the tools' jars, and has Maven fetch them (43 MB) when they are not there yet.
func apacheJars(t *testing.T) string {
	t.Helper()
	need(t, "java")
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	jars := filepath.Join(cache, "blackfriday", "kafka-tools-"+apacheVersion)
	complete := filepath.Join(jars, ".complete")
	if _, err := os.Stat(complete); err == nil {
		return jars
	}
	need(t, "mvn")
	project := filepath.Join(t.TempDir(), "pom.xml")
	if err := os.WriteFile(project, []byte(pom), 0o600); err != nil {
		t.Fatal(err)
	}
	out, errs, code := run(t, 5*time.Minute, "", "mvn", "-q", "-B", "-f", project, "dependency:copy-dependencies", "-DoutputDirectory="+jars)
	if code != 0 {
		missing(t, "Maven did not fetch Kafka's tools:\n%s%s", tail(out, 10), errs)
	}
	if err := os.WriteFile(complete, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return jars
}

func TestApachesOwnToolsWork(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: the program is not built and driven")
	}
	jars := apacheJars(t)
	s := serve(t, "--delay", "0s")
	tool := func(stdin, class string, args ...string) string {
		t.Helper()
		args = append([]string{
			"-Xmx256m", "-XX:TieredStopAtLevel=1", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
			"-cp", filepath.Join(jars, "*"), class, "--bootstrap-server", s.brokers(),
		}, args...)
		out, errs, code := run(t, time.Minute, stdin, "java", args...)
		if code != 0 || strings.Contains(errs, "Exception") {
			t.Fatalf("%s: exit code %d\n%s%s", class, code, out, errs)
		}
		return out
	}

	listed := strings.Fields(tool("", topicsTool, "--list"))
	if got := strings.Join(listed, " "); got != "dlq-payment email-sent order-created payment-successful" {
		t.Errorf("topics --list: %s", got)
	}
	tool("", topicsTool, "--create", "--topic", "course", "--partitions", "2", "--replication-factor", "3")
	if described := tool("", topicsTool, "--describe", "--topic", "course"); !strings.Contains(described, "PartitionCount: 2") ||
		!strings.Contains(described, "ReplicationFactor: 3") {
		t.Errorf("topics --describe: %s", described)
	}

	var lines strings.Builder
	for user := range 10 {
		fmt.Fprintf(&lines, `{"user_id":%d,"cart":[{"name":"iPhone","price":999}]}`+"\n", user)
	}
	tool(lines.String(), producerTool, "--topic", "payment-successful")
	consumed := tool("", consumerTool, "--topic", "order-created", "--from-beginning", "--max-messages", "10", "--timeout-ms", "30000")
	if n := strings.Count(consumed, `"confirmed"`); n != 10 {
		t.Errorf("console-consumer read %d orders, want 10:\n%s", n, consumed)
	}

	described := tool("", groupsTool, "--describe", "--group", "order-service-group")
	for _, want := range []string{"payment-successful", "order-1", "order-2", "order-3"} {
		if !strings.Contains(described, want) {
			t.Errorf("consumer-groups --describe does not name %s:\n%s", want, described)
		}
	}
}
