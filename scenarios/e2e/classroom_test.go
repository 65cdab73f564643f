package e2e

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// brokerProcess is a running `blackfriday broker`.
type brokerProcess struct {
	Ready bool     `json:"ready"`
	Kafka []string `json:"kafka"`

	cmd *exec.Cmd
}

// startBroker starts the embedded cluster alone on free ports. The end of the test ends it.
func startBroker(t *testing.T, args ...string) *brokerProcess {
	t.Helper()
	b := &brokerProcess{cmd: exec.Command(program(t), append([]string{"broker", "--kafka-port", "0"}, args...)...)}
	out, err := b.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := b.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = b.cmd.Process.Kill() // most have ended by themselves
		_ = b.cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, b)
	}
	if err != nil || !b.Ready || len(b.Kafka) != 3 {
		t.Fatalf("broker %q says %q: %v", args, line, err)
	}
	return b
}

// TestABrokerKeepsWhatItWasTold over a SIGKILL, and lets nobody else to it.
func TestABrokerKeepsWhatItWasTold(t *testing.T) {
	need(t, "kcat")
	dir := t.TempDir()
	first := startBroker(t, "--data-dir", dir)
	admin := []string{"--brokers", first.Kafka[0], "--orders", "0", "--yes"}
	lab := serve(t, admin...) // it creates the topics
	lab.stop(t, syscall.SIGTERM)
	if _, errs, code := run(t, time.Minute, "kept\n", "kcat", "-P", "-b", first.Kafka[0], "-t", "order-created", "-p", "1", "-X", "acks=all"); code != 0 {
		t.Fatal(errs)
	}
	if _, errs, code := run(t, time.Minute, "", program(t), "broker", "--kafka-port", "0", "--data-dir", dir); code != 1 || !strings.Contains(errs, "another blackfriday uses it") {
		t.Errorf("a second process on the directory ended with %d: %s", code, errs)
	}
	if err := first.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = first.cmd.Wait() // it was killed
	again := startBroker(t, "--data-dir", dir)
	out, errs, code := run(t, time.Minute, "", "kcat", "-C", "-e", "-q", "-b", again.Kafka[0], "-t", "order-created", "-p", "1", "-o", "beginning")
	if code != 0 || out != "kept\n" {
		t.Errorf("read %q (%d): %s", out, code, errs)
	}
	if err := again.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := again.cmd.Wait(); err != nil {
		t.Errorf("after SIGINT: %v", err)
	}
}

// TestOverHTTPAStudentIsACustomer, who may pay and look, and nothing else: whatever else a student asks for is refused, and
// whoever shows no code is refused everything.
func TestOverHTTPAStudentIsACustomer(t *testing.T) {
	t.Setenv("BLACKFRIDAY_CODE", "secret77")
	lab := serve(t, "--listen", "127.0.0.2", "--orders", "1")
	may := map[string]bool{
		"POST " + lab.Payment + "/payment": true,
		"GET " + lab.Orders + "/orders":    true, "HEAD " + lab.Orders + "/orders": true,
		"GET " + lab.Emails + "/emails": true, "HEAD " + lab.Emails + "/emails": true,
		"GET " + lab.Analytics + "/analytics": true, "HEAD " + lab.Analytics + "/analytics": true,
	}
	const payment = `{"user_id": 1, "cart": [{"name": "MacBook", "price": 1999}]}`
	ask := func(method, url, code string) int {
		req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(payment))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		if code != "" {
			req.SetBasicAuth("student", code)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	for _, server := range []string{lab.Payment, lab.Orders, lab.Emails, lab.Analytics} {
		for _, path := range []string{"/", "/payment", "/orders", "/emails", "/analytics", "/orders/1", "/metrics", "/debug/pprof/", "/topics"} {
			for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} {
				url := server + path
				if got := ask(method, url, "secret77"); (got == http.StatusOK) != may[method+" "+url] ||
					got != http.StatusOK && got != http.StatusNotFound && got != http.StatusMethodNotAllowed {
					t.Errorf("%s %s as a student: %d", method, url, got)
				}
				if got := ask(method, url, ""); got != http.StatusUnauthorized {
					t.Errorf("%s %s without the code: %d", method, url, got)
				}
			}
		}
	}
}

// TestAClassJoins: with the code by Kafka and by HTTP, and without it by neither.
func TestAClassJoins(t *testing.T) {
	need(t, "kcat")
	t.Setenv("BLACKFRIDAY_CODE", "kx7f-m3qp")
	lab := serve(t, "--listen", "127.0.0.2", "--orders", "1")
	for user, want := range map[string]int{"": http.StatusUnauthorized, "student": http.StatusOK} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, lab.Orders+"/orders", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.SetBasicAuth(user, "kx7f-m3qp")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("GET /orders as %q: %s", user, resp.Status)
		}
	}
	login := []string{"-X", "security.protocol=SASL_PLAINTEXT", "-X", "sasl.mechanism=SCRAM-SHA-256", "-X", "sasl.username=student", "-X", "sasl.password=kx7f-m3qp"}
	for topic, may := range map[string]bool{"order-created": true, "payment-successful": false} {
		args := append([]string{"-P", "-b", lab.Kafka[0], "-t", topic, "-X", "message.timeout.ms=5000"}, login...)
		if _, errs, code := run(t, time.Minute, "{}\n", "kcat", args...); (code == 0) != may {
			t.Errorf("write %s with librdkafka: exit code %d, want allowed %v: %s", topic, code, may, errs)
		}
	}
	if out, _, code := run(t, time.Minute, "", "kcat", "-L", "-b", lab.Kafka[0], "-m", "3"); code == 0 {
		t.Errorf("without a login kcat lists\n%s", out)
	}

	student := exec.Command(program(t), "join", lab.Kafka[0], "--name", "\x1b[2JLea")
	out, err := student.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	student.Stderr = &lockedBuffer{}
	if err := student.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = student.Process.Kill() // it has ended by itself
		_ = student.Wait()
	})
	for lines := bufio.NewScanner(out); lines.Scan() && !strings.Contains(lines.Text(), "now reads"); {
		t.Log(lines.Text())
	}
	eventually(t, 20*time.Second, func() (bool, string) {
		logs := lab.logs.String()
		return strings.Contains(logs, "Lea") && strings.Contains(logs, "has joined order-service-group"), logs
	})
	if strings.Contains(lab.logs.String(), "kx7f-m3qp") {
		t.Error("the code is in the log")
	}
	if err := student.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := student.Wait(); err != nil {
		t.Errorf("after Ctrl+C: %v", err)
	}
}
