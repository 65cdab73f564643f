package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"blackfriday/services/metrics"
)

// monitoring is where the files for Prometheus and Grafana are.
const monitoring = "kafka/monitoring"

// freePort finds a port of the loopback that nobody listens on just now.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// prometheus is a running Prometheus.
type prometheus struct{ url string }

// startPrometheus starts one with the configuration and the alerts of this repository; only the lab's address is another
// one. The end of the test ends it.
func startPrometheus(t *testing.T, lab string) *prometheus {
	t.Helper()
	dir := t.TempDir()
	const usual = "127.0.0.1:2112"
	config := read(t, monitoring+"/prometheus.local.yml")
	if strings.Count(config, `"`+usual+`"`) != 1 || usual != fmt.Sprintf("127.0.0.1:%d", metrics.DefaultPort) {
		t.Fatalf("prometheus.local.yml does not scrape %s", usual)
	}
	for name, text := range map[string]string{
		"prometheus.yml": strings.ReplaceAll(config, usual, lab), "alerts.yml": read(t, monitoring+"/alerts.yml"),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	address := fmt.Sprintf("127.0.0.1:%d", freePort(t))
	var logs lockedBuffer
	cmd := exec.Command("prometheus", "--config.file", filepath.Join(dir, "prometheus.yml"), "--storage.tsdb.path", filepath.Join(dir, "data"),
		"--web.listen-address", address, "--log.level", "warn")
	cmd.Stdout, cmd.Stderr = &logs, &logs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("prometheus wrote:\n%s", tail(logs.String(), 20))
		}
	})
	p := &prometheus{"http://" + address}
	eventually(t, time.Minute, func() (bool, string) {
		resp, err := http.Get(p.url + "/-/ready")
		if err != nil {
			return false, err.Error()
		}
		resp.Body.Close()
		return resp.StatusCode == http.StatusOK, resp.Status
	})
	return p
}

// query asks for the value of an expression now: by the labels of each series, without those that are no number.
func (p *prometheus) query(t *testing.T, expr string) map[string]float64 {
	t.Helper()
	_, body := request(t, http.MethodGet, p.url+"/api/v1/query?query="+url.QueryEscape(expr), "", nil)
	var reply struct {
		Status, Error string
		Data          struct {
			Result []struct {
				Metric map[string]string
				Value  [2]any
			}
		}
	}
	if err := json.Unmarshal([]byte(body), &reply); err != nil || reply.Status != "success" {
		t.Fatalf("%s: %v %s", expr, err, body)
	}
	values := map[string]float64{}
	for _, r := range reply.Data.Result {
		if v, err := strconv.ParseFloat(fmt.Sprint(r.Value[1]), 64); err == nil && !math.IsNaN(v) {
			values[fmt.Sprint(r.Metric)] = v
		}
	}
	return values
}

// await waits until an expression has a value that holds.
func (p *prometheus) await(t *testing.T, expr string, holds func(v float64) bool) {
	t.Helper()
	eventually(t, time.Minute, func() (bool, string) {
		got := p.query(t, expr)
		return slices.ContainsFunc(slices.Collect(maps.Values(got)), holds), fmt.Sprintf("%s is %v", expr, got)
	})
}

// dashboardQueries are the expressions of the Grafana dashboard by the title of their panel, its variables filled in.
func dashboardQueries(t *testing.T) map[string][]string {
	t.Helper()
	var dashboard struct {
		Panels []struct {
			ID      int
			Title   string
			Targets []struct{ Expr string }
		}
		Templating struct {
			List []struct{ Name, Definition string }
		}
	}
	if err := json.Unmarshal([]byte(read(t, monitoring+"/grafana/dashboards/blackfriday.json")), &dashboard); err != nil {
		t.Fatal(err)
	}
	if n := len(dashboard.Templating.List); n != 2 || dashboard.Templating.List[1].Definition != "label_values(blackfriday_info, instance)" {
		t.Errorf("the dashboard has other variables than this test fills in: %+v", dashboard.Templating.List)
	}
	queries, ids := map[string][]string{}, map[int]bool{}
	fill := strings.NewReplacer("$lab", ".*", "$__rate_interval", "5m")
	for _, panel := range dashboard.Panels {
		if ids[panel.ID] || len(panel.Targets) == 0 {
			t.Errorf("panel %d %q stands there twice, or asks for nothing", panel.ID, panel.Title)
		}
		ids[panel.ID] = true
		for _, target := range panel.Targets {
			expr := fill.Replace(target.Expr)
			if strings.Contains(expr, "$") {
				t.Errorf("%s: a variable is left in %s", panel.Title, expr)
			}
			queries[panel.Title] = append(queries[panel.Title], expr)
		}
	}
	return queries
}

func TestARealPrometheusScrapesALesson(t *testing.T) {
	name := program(t)
	need(t, "prometheus", "promtool", "tmux")
	lab := fmt.Sprintf("127.0.0.1:%d", freePort(t))
	p := startPrometheus(t, lab)
	term := openTerminal(t)
	term.tmux("send-keys", "-l", name+" --kafka-port 0 --http-port 0 --delay 10ms --session-timeout 12s --metrics "+lab)
	term.key("Enter")
	p.await(t, `sum(blackfriday_instances{service="order",state="running"})`, func(v float64) bool { return v == 3 })
	term.key("f")
	p.await(t, `blackfriday_ledger_payments{state="waiting"}`, func(v float64) bool { return v > 0 })
	term.key("k")
	p.await(t, `count(ALERTS{alertname="PartitionOrphaned",alertstate="firing"})`, func(v float64) bool { return v == 1 })
	term.key("p")
	p.await(t, `count(ALERTS{alertname="DeadLetters",alertstate="firing"})`, func(v float64) bool { return v == 1 })
	p.await(t, `blackfriday_rebalance_unread_seconds_count{cause="crash"}`, func(v float64) bool { return v == 1 })
	p.await(t, `blackfriday_ledger_payments{state="done"}`, func(v float64) bool { return v == 1000 })
	p.await(t, `blackfriday_ledger_payments{state="dlq"}`, func(v float64) bool { return v == 14 })
	p.await(t, `sum(blackfriday_partition_lag_records)`, func(v float64) bool { return v == 0 })

	queries := dashboardQueries(t)
	if len(queries) < 15 {
		t.Errorf("the dashboard has %d panels only", len(queries))
	}
	for panel, exprs := range queries {
		for _, expr := range exprs {
			if values := p.query(t, expr); len(values) == 0 {
				t.Errorf("%s: no data for %s", panel, expr)
			}
		}
	}
	for expr, want := range map[string]float64{
		`count(count_over_time(ALERTS{alertname=~"PaymentsLost|LabDown|BrokersSilent",alertstate="firing"}[10m])) or vector(0)`: 0,
		`blackfriday_topic_records_total{topic="payment-successful"}`:                                                           1014,
		`sum(blackfriday_ledger_payments)`:            1014,
		`blackfriday_rebalances_total{cause="crash"}`: 1,
		`sum(blackfriday_dead_letters_total)`:         14,
	} {
		if got := slices.Collect(maps.Values(p.query(t, expr))); len(got) != 1 || got[0] != want {
			t.Errorf("%s is %v, want %v", expr, got, want)
		}
	}
	text := get(t, "http://"+lab+"/metrics")
	out, errs, code := run(t, time.Minute, text, "promtool", "check", "metrics")
	if code != 0 || out+errs != "" {
		t.Errorf("promtool check metrics: exit code %d\n%s%s", code, out, errs)
	}
	term.quit()
}

func TestTheAlertsFireWhenTheyShould(t *testing.T) {
	need(t, "promtool")
	root := filepath.Join(moduleRoot(t), monitoring)
	for _, args := range [][]string{
		{"check", "rules", "alerts.yml"},
		{"test", "rules", "alerts_test.yml"},
		{"check", "config", "prometheus.yml"},
		{"check", "config", "prometheus.local.yml"},
	} {
		args[2] = filepath.Join(root, args[2])
		if out, errs, code := run(t, time.Minute, "", "promtool", args...); code != 0 {
			t.Errorf("promtool %q: exit code %d\n%s%s", args, code, out, errs)
		}
	}
}

// TestEveryNumberOfTheAlertsIsTested: each is doubled and halved, and each time a test of the alerts must see it.
func TestEveryNumberOfTheAlertsIsTested(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: promtool is not run")
	}
	need(t, "promtool")
	rules, dir, tried := read(t, monitoring+"/alerts.yml"), t.TempDir(), 0
	tests := filepath.Join(dir, "alerts_test.yml")
	if err := os.WriteFile(tests, []byte(read(t, monitoring+"/alerts_test.yml")), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, at := range regexp.MustCompile(`\[\d+[sm]\]|for: \d+[sm]|[<>=] \d+(\.\d+)?`).FindAllStringIndex(rules, -1) {
		number := regexp.MustCompile(`[\d.]+`)
		value, err := strconv.ParseFloat(number.FindString(rules[at[0]:at[1]]), 64)
		if err != nil {
			t.Fatal(err)
		}
		for _, other := range []float64{2*value + zero(value), value / 2} {
			text := strconv.FormatFloat(other, 'f', -1, 64)
			if strings.ContainsAny(rules[at[0]:at[1]], "sm") { // durations are whole, a minute is halved in seconds
				text = strconv.Itoa(max(1, int(other)))
			}
			changed := number.ReplaceAllString(rules[at[0]:at[1]], text)
			if changed == "[0.5m]" || changed == "[1m]" && value == 1 {
				changed = "[30s]"
			}
			if changed == rules[at[0]:at[1]] {
				continue
			}
			if err := os.WriteFile(filepath.Join(dir, "alerts.yml"), []byte(rules[:at[0]]+changed+rules[at[1]:]), 0o600); err != nil {
				t.Fatal(err)
			}
			if tried++; promtoolPasses(t, tests) {
				t.Errorf("no test of the alerts sees that %q became %q:\n%s", rules[at[0]:at[1]], changed, rules[max(0, at[0]-120):at[1]])
			}
		}
	}
	if tried < 20 {
		t.Errorf("only %d changes were tried", tried)
	}
}

// zero is what makes another number of 0.
func zero(v float64) float64 {
	if v == 0 {
		return 1
	}
	return 0
}

func promtoolPasses(t *testing.T, tests string) bool {
	t.Helper()
	out, errs, code := run(t, time.Minute, "", "promtool", "test", "rules", tests)
	if code != 0 && !strings.Contains(out+errs, "FAILED:") {
		t.Fatalf("promtool: exit code %d\n%s%s", code, out, errs)
	}
	return code == 0
}

func TestTheDocumentationNamesEveryMetric(t *testing.T) {
	s := serve(t, "--delay", "0s", "--metrics", "127.0.0.1:0")
	post(t, s, http.StatusOK, goodPayment)
	post(t, s, http.StatusOK, `{"user_id": 42, "cart": [{"name": "MacBook", "price": -1}]}`)
	named := regexp.MustCompile("`(blackfriday_[a-z_]*[a-z])`")
	documented := map[string]bool{}
	for _, found := range named.FindAllStringSubmatch(read(t, "docs/monitoring.md"), -1) {
		documented[found[1]] = true
	}
	published := func() map[string]bool {
		names := map[string]bool{}
		for _, found := range regexp.MustCompile(`(?m)^# TYPE (blackfriday_[a-z_]+) `).FindAllStringSubmatch(get(t, s.Metrics), -1) {
			if !strings.HasPrefix(found[1], "blackfriday_kafka_client_") {
				names[found[1]] = true
			}
		}
		return names
	}
	eventually(t, 30*time.Second, func() (bool, string) {
		names := published()
		return maps.Equal(names, documented), fmt.Sprintf("published %v\ndocumented %v", slices.Sorted(maps.Keys(names)), slices.Sorted(maps.Keys(documented)))
	})
}

// TestTheDocumentationSaysWhatALoneServicePublishes: what its table says is from a service, and nothing else.
func TestTheDocumentationSaysWhatALoneServicePublishes(t *testing.T) {
	cluster := startBroker(t)
	documented := map[string]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| (`blackfriday_.*) \\| lab, service \\|").FindAllStringSubmatch(read(t, "docs/monitoring.md"), -1) {
		for _, name := range regexp.MustCompile("`(blackfriday_[a-z_]*[a-z])`").FindAllStringSubmatch(row[1], -1) {
			documented[name[1]] = true
		}
	}
	var urls []string
	payments := ""
	for _, service := range []string{"payment", "order", "email"} {
		port, address := freePort(t), fmt.Sprintf("127.0.0.1:%d", freePort(t))
		cmd := exec.Command(program(t), "service", service, "--brokers", cluster.Kafka[0], "--yes", "--create-topics",
			"--port", strconv.Itoa(port), "--metrics", address)
		var logs lockedBuffer
		cmd.Stdout, cmd.Stderr = &logs, &logs
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
			if t.Failed() {
				t.Logf("service %s wrote:\n%s", service, tail(logs.String(), 20))
			}
		})
		if urls = append(urls, "http://"+address+"/metrics"); service == "payment" {
			payments = fmt.Sprintf("http://127.0.0.1:%d/payment", port)
		}
	}
	eventually(t, time.Minute, func() (bool, string) {
		resp, err := http.Post(payments, "application/json", strings.NewReader(goodPayment))
		if err != nil {
			return false, err.Error()
		}
		resp.Body.Close()
		names := map[string]bool{}
		for _, url := range urls {
			resp, err := http.Get(url)
			if err != nil {
				return false, err.Error()
			}
			text, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			for _, found := range regexp.MustCompile(`(?m)^# TYPE (blackfriday_[a-z_]+) `).FindAllSubmatch(text, -1) {
				if name := string(found[1]); err == nil && !strings.HasPrefix(name, "blackfriday_kafka_client_") {
					names[name] = true
				}
			}
		}
		return maps.Equal(names, documented), fmt.Sprintf("published %v\ndocumented %v", names, documented)
	})
}
