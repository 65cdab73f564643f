package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// server is a running `blackfriday serve`.
type server struct {
	Ready     bool     `json:"ready"`
	Kafka     []string `json:"kafka"`
	Payment   string   `json:"payment"`
	Orders    string   `json:"orders"`
	Emails    string   `json:"emails"`
	Analytics string   `json:"analytics"`
	Metrics   string   `json:"metrics"`

	cmd    *exec.Cmd
	logs   lockedBuffer
	more   chan string // what it wrote to stdout after the first line, once it has ended
	exited chan error
}

// lockedBuffer collects what a process writes while a test may read it.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// serve starts the program without its dashboard on free ports and waits until it is ready. The end of the test ends it.
func serve(t *testing.T, args ...string) *server {
	t.Helper()
	args = append([]string{"serve", "--kafka-port", "0", "--http-port", "0"}, args...)
	s := &server{cmd: exec.Command(program(t), args...), more: make(chan string, 1), exited: make(chan error, 1)}
	s.cmd.Stderr = &s.logs
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line := make(chan string, 1)
	go s.follow(stdout, line)
	t.Cleanup(func() {
		_ = s.cmd.Process.Kill() // most have ended by themselves
		<-s.exited
		if t.Failed() {
			t.Logf("serve wrote:\n%s", tail(s.logs.String(), 40))
		}
	})
	select {
	case first := <-line:
		if err := json.Unmarshal([]byte(first), s); err != nil || !s.Ready || len(s.Kafka) == 0 {
			t.Fatalf("first line of stdout %q: %v", first, err)
		}
	case <-time.After(20 * time.Second):
		t.Fatalf("serve %q is not ready after 20 s:\n%s", args, s.logs.String())
	}
	return s
}

// follow reads stdout to its end, and then waits for the process.
func (s *server) follow(stdout io.Reader, line chan<- string) {
	r := bufio.NewReader(stdout)
	first, _ := r.ReadString('\n')
	line <- first
	rest, _ := io.ReadAll(r)
	s.more <- string(rest)
	s.exited <- s.cmd.Wait()
	close(s.exited)
}

// brokers is the list that clients are given.
func (s *server) brokers() string { return strings.Join(s.Kafka, ",") }

// stop sends a signal and expects a clean end within five seconds.
func (s *server) stop(t *testing.T, sig syscall.Signal) {
	t.Helper()
	began := time.Now()
	if err := s.cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-s.exited:
		if err != nil {
			t.Errorf("%v: ended with %v, want exit code 0", sig, err)
		}
	case <-time.After(10 * time.Second):
		t.Fatalf("%v: still there after 10 s", sig)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("%v: took %v, want 5 s at most", sig, took)
	}
	if more := <-s.more; more != "" {
		t.Errorf("stdout has more than one line: %q", more)
	}
}

func tail(text string, lines int) string {
	all := strings.Split(strings.TrimRight(text, "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

func TestServeEndsCleanly(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(sig.String(), func(t *testing.T) {
			s := serve(t, "--delay", "100ms")
			post(t, s, http.StatusOK, goodPayment)
			s.stop(t, sig)
			for line := range strings.Lines(s.logs.String()) {
				if !json.Valid([]byte(line)) {
					t.Errorf("stderr has a line that is not JSON: %q", line)
				}
			}
		})
	}
}

func TestABusyPortIsOneSentence(t *testing.T) {
	for _, flag := range []string{"--kafka-port", "--http-port"} {
		t.Run(flag, func(t *testing.T) {
			busy, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer busy.Close()
			port := fmt.Sprint(busy.Addr().(*net.TCPAddr).Port)
			args := map[string]string{"--kafka-port": "0", "--http-port": "0"}
			args[flag] = port
			stdout, stderr, code := run(t, 20*time.Second, "", program(t), "serve",
				"--kafka-port", args["--kafka-port"], "--http-port", args["--http-port"])
			if code != 1 {
				t.Errorf("exit code %d, want 1", code)
			}
			if stdout != "" {
				t.Errorf("stdout %q, want nothing", stdout)
			}
			if !strings.Contains(stderr, port) || !strings.Contains(stderr, flag) {
				t.Errorf("stderr names not both %s and %s:\n%s", port, flag, stderr)
			}
			if strings.Contains(stderr, "goroutine ") {
				t.Errorf("stderr is a stack trace:\n%s", stderr)
			}
		})
	}
}

func TestWhatIsNotKafkaHarmsNothing(t *testing.T) {
	s := serve(t, "--delay", "0s")
	garbage := map[string]string{
		"an HTTP request":          "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"a TLS handshake":          "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
		"an unknown API key":       "\x00\x00\x00\x0a\x7f\xff\x00\x00\x00\x00\x00\x01\xff\xff",
		"a frame of 2 GB":          "\x7f\xff\xff\xff\x00\x03\x00\x09\x00\x00\x00\x01",
		"a negative frame":         "\xff\xff\xff\xff",
		"an empty frame":           "\x00\x00\x00\x00",
		"a frame without its body": "\x00\x00\x00\x64\x00\x12\x00\x03",
		"nothing":                  "",
	}
	for name, bytes := range garbage {
		for _, broker := range s.Kafka {
			conn, err := net.DialTimeout("tcp", broker, 5*time.Second)
			if err != nil {
				t.Fatalf("after %s: %v", name, err)
			}
			if _, err := conn.Write([]byte(bytes)); err != nil {
				t.Logf("%s: %v", name, err)
			}
			if err := conn.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	post(t, s, http.StatusOK, goodPayment)
	eventually(t, 20*time.Second, func() (bool, string) {
		orders := get(t, s.Orders+"/orders")
		return strings.Contains(orders, `"confirmed"`), orders
	})
	s.stop(t, syscall.SIGTERM)
}

// TestAMistakeNamesWhatWasGiven, not a flag that was not, and without a lab to observe it says how to start one.
func TestAMistakeNamesWhatWasGiven(t *testing.T) {
	nobody := strconv.Itoa(freePort(t))
	for _, c := range []struct {
		args  []string
		env   string
		wants []string
		never string
	}{
		{[]string{"serve", "--observe", "--data-dir", "x"}, "", []string{"--data-dir x", "--observe starts no cluster"}, "--brokers"},
		{[]string{"serve", "--observe", "--listen", "127.0.0.1"}, "", []string{"--listen 127.0.0.1", "--observe starts no cluster"}, "--brokers"},
		{[]string{"serve", "--data-dir", "x"}, "127.0.0.1:" + nobody, []string{"--data-dir x", "BLACKFRIDAY_BROKERS"}, "--observe"},
		{[]string{"serve", "--observe", "--kafka-port", nobody}, "", []string{"no lab runs on this machine: start one with blackfriday", "localhost:" + nobody}, "--data-dir"},
	} {
		t.Setenv("BLACKFRIDAY_BROKERS", c.env)
		_, said, code := run(t, time.Minute, "", program(t), c.args...)
		if code != 1 || strings.Count(said, "\n") != 1 || strings.Contains(said, c.never) {
			t.Errorf("%q ended with %d: %s", c.args, code, said)
		}
		for _, want := range c.wants {
			if !strings.Contains(said, want) {
				t.Errorf("%q says %q, not %q", c.args, said, want)
			}
		}
	}
	help, _, _ := run(t, time.Minute, "", program(t), "run", "--help")
	for line := range strings.SplitSeq(help, "\n") {
		if strings.Contains(line, "--") && strings.Contains(line, "(default") && strings.HasSuffix(strings.TrimSpace(line), ")") && strings.Count(line, "(") > 1 {
			t.Errorf("the help gives two defaults: %s", line)
		}
	}
}
