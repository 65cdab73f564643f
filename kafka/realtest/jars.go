package realtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"github.com/gofrs/flock"
)

const (
	// leastJava is the oldest Java that runs Version.
	leastJava = 17
	// Maven gets so many tries of so long each.
	fetchTries  = 3
	fetchWithin = 3 * time.Minute
)

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>blackfriday</groupId><artifactId>apache-kafka</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>` + Version + `</version></dependency>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-tools</artifactId><version>` + Version + `</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
`

// FindTools looks for Java and for the jars of Apache Kafka in the user's cache directory, and has Maven fetch them
// (90 MB) when they are not there yet. Of several processes one fetches and the others wait. The error is ErrMissing
// where Java 17 or Maven are not installed.
func FindTools(ctx context.Context) (*Tools, error) {
	if err := checkJava(ctx); err != nil {
		return nil, err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, fmt.Errorf("where the jars of Apache Kafka go: %w", err)
	}
	dir := filepath.Join(cache, "blackfriday")
	jars := filepath.Join(dir, "kafka-"+Version)
	if complete(jars) {
		return &Tools{jars}, nil
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("where the jars of Apache Kafka go: %w", err)
	}
	lock := flock.New(jars + ".lock")
	if _, err := lock.TryLockContext(ctx, 100*time.Millisecond); err != nil {
		return nil, fmt.Errorf("wait for another process that fetches Apache Kafka: %w", err)
	}
	defer func() { _ = lock.Unlock() }() // the end of the process unlocks it, too
	if !complete(jars) {
		if err := fetch(ctx, jars); err != nil {
			return nil, err
		}
	}
	return &Tools{jars}, nil
}

// complete says whether jars holds all: it gets its name when it does.
func complete(jars string) bool {
	info, err := os.Stat(jars)
	return err == nil && info.IsDir()
}

func fetch(ctx context.Context, jars string) error {
	if _, err := exec.LookPath("mvn"); err != nil {
		return fmt.Errorf("%w: Maven (mvn), which fetches its jars, is not installed", ErrMissing)
	}
	work, err := os.MkdirTemp(filepath.Dir(jars), "fetch-")
	if err != nil {
		return fmt.Errorf("fetch Apache Kafka: %w", err)
	}
	defer func() { _ = os.RemoveAll(work) }()
	project, fetched := filepath.Join(work, "pom.xml"), filepath.Join(work, "jars")
	if err := os.WriteFile(project, []byte(pom), 0o600); err != nil {
		return fmt.Errorf("fetch Apache Kafka: %w", err)
	}
	var errs []error
	for range fetchTries {
		err := maven(ctx, project, fetched)
		if err == nil {
			return os.Rename(fetched, jars)
		}
		if errs = append(errs, err); ctx.Err() != nil {
			break
		}
	}
	return errors.Join(errs...)
}

func maven(ctx context.Context, project, into string) error {
	ctx, cancel := context.WithTimeout(ctx, fetchWithin)
	defer cancel()
	cmd := exec.CommandContext(ctx, "mvn", "-q", "-B", "-f", project, "dependency:copy-dependencies", "-DoutputDirectory="+into)
	cmd.SysProcAttr = dieWithParent()
	cmd.WaitDelay = 5 * time.Second
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("maven did not fetch Apache Kafka %s: %w\n%s", Version, err, out)
	}
	return nil
}

func checkJava(ctx context.Context) error {
	if _, err := exec.LookPath("java"); err != nil {
		return fmt.Errorf("%w: Java %d (java) is not installed", ErrMissing, leastJava)
	}
	out, err := exec.CommandContext(ctx, "java", "-version").CombinedOutput()
	if err != nil {
		return fmt.Errorf("java -version: %w\n%s", err, out)
	}
	found := regexp.MustCompile(`version "(\d+)`).FindSubmatch(out)
	if found == nil {
		return fmt.Errorf("%w: java -version says %q", ErrMissing, out)
	}
	if version, err := strconv.Atoi(string(found[1])); err != nil || version < leastJava {
		return fmt.Errorf("%w: it needs Java %d, and java is version %s", ErrMissing, leastJava, found[1])
	}
	return nil
}
