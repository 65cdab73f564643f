package e2e

import (
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// serviceProcess is a running `blackfriday service` or `join`.
type serviceProcess struct {
	cmd    *exec.Cmd
	out    lockedBuffer
	errs   lockedBuffer
	exited chan error
}

// startService starts the built program as a process beside a lab. The end of the test ends it.
func startService(t *testing.T, args ...string) *serviceProcess {
	t.Helper()
	s := &serviceProcess{cmd: exec.Command(program(t), args...), exited: make(chan error, 1)}
	s.cmd.Stdout, s.cmd.Stderr = &s.out, &s.errs
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		s.exited <- s.cmd.Wait()
		close(s.exited)
	}()
	t.Cleanup(func() {
		_ = s.cmd.Process.Kill() // most have ended by themselves
		<-s.exited
	})
	return s
}

func (s *serviceProcess) says(t *testing.T, words ...string) {
	t.Helper()
	for _, w := range words {
		eventually(t, 30*time.Second, func() (bool, string) {
			return strings.Contains(s.out.String(), w), fmt.Sprintf("no %q in\n%s%s", w, s.out.String(), s.errs.String())
		})
	}
}

// TestAServiceBesideALab: the lab of the dashboard has what the service wants, the port too. It takes its share all the same, and
// both dashboards show it: that of the lab, and one that only observes.
func TestAServiceBesideALab(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	lab := openTerminal(t)
	lab.tmux("send-keys", "-l", program(t)+" --kafka-port 0 --http-port 0 --orders 2 --delay 0s")
	lab.key("Enter")
	address := ""
	lab.waitFor("the lab", func(screen string) bool {
		address = regexp.MustCompile(`localhost:\d+`).FindString(screen)
		return address != "" && reader(screen, 0) != "" && reader(screen, 1) != "" && reader(screen, 2) != ""
	})
	if usual, err := net.Listen("tcp", "127.0.0.1:8001"); err == nil { // else somebody else has it
		defer usual.Close()
	}
	service := startService(t, "service", "order", "--brokers", address, "--yes")
	service.says(t, "Port 8001 is taken by ", ": this order service takes 8", "has joined order-service-group", "now reads payment-successful P")
	endpoint := regexp.MustCompile(`http://127.0.0.1:\d+/orders`).FindString(service.out.String())
	if resp, err := http.Get(endpoint); err != nil || resp.Body.Close() != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("GET %q: %v, %v", endpoint, resp, err)
	}
	outside := regexp.MustCompile(`(?m)^\W*P\d\s.*outside\s+order-`)
	lab.waitFor("the member outside", func(screen string) bool {
		return outside.MatchString(screen) && strings.Contains(screen, "1 outside")
	})
	lab.key("f")
	service.says(t, "→ order")

	looking := openTerminal(t)
	looking.tmux("send-keys", "-l", program(t)+" --observe --brokers "+address)
	looking.key("Enter")
	looking.waitFor("everybody else's members", func(screen string) bool {
		return strings.Contains(screen, "observing") && strings.Contains(screen, "5 outside") && outside.MatchString(screen)
	})
	if err := service.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := <-service.exited; err != nil {
		t.Errorf("after SIGINT: %v\n%s", err, service.errs.String())
	}
	service.says(t, "has left order-service-group")
	looking.waitFor("one member less", func(screen string) bool { return strings.Contains(screen, "4 outside") })
	looking.quit()
	lab.waitFor("the others to do the rest", func(screen string) bool {
		return lag(screen) == 0 && reader(screen, 0) != "" && reader(screen, 1) != "" && reader(screen, 2) != ""
	})
	lab.quit()
}

// TestAServiceIsToldWhoHasItsPort, where it was asked for, and what else it was given wrongly: one sentence each.
func TestAServiceIsToldWhoHasItsPort(t *testing.T) {
	lab := serve(t)
	port := lab.Orders[strings.LastIndex(lab.Orders, ":")+1:]
	for want, args := range map[string][]string{
		"port " + port + " is taken by a sibling, the order service of a lab: give this email service another one with --port or PORT, or 0 for any that is free": {"service", "email", "--brokers", lab.Kafka[0], "--yes", "--port", port},
		"which service? It takes payment, order, email or analytics, such as blackfriday service order":                                                           {"service"},
		`there is no service "orders": it takes payment, order, email or analytics`:                                                                               {"service", "orders"},
		`--instance "abc": it takes a whole number`:                                                                                                               {"service", "order", "--instance", "abc"},
		`--poison "foo": it takes dlq, retry-dlq, retry or crash`:                                                                                                 {"service", "order", "--poison", "foo"},
		"--heartbeat 0: a member has to speak up, at least 50ms apart":                                                                                            {"service", "order", "--heartbeat", "0"},
		"which lab? blackfriday join ADDRESS, as the projector shows it: HOST or HOST:PORT":                                                                       {"join"},
	} {
		stdout, stderr, code := run(t, time.Minute, "", program(t), args...)
		if code == 0 || stderr != "blackfriday: "+want+"\n" || stdout != "" {
			t.Errorf("%q ends with %d and says %q on stdout, on stderr\n%s", args, code, stdout, stderr)
		}
	}
}
