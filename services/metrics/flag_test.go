package metrics_test

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/pflag"

	"blackfriday/kafka"
	"blackfriday/services/metrics"
)

// flag is --metrics with this value.
func flag(t *testing.T, address string) (*metrics.Flag, *kafka.Config) {
	t.Helper()
	f, cfg := &metrics.Flag{}, &kafka.Config{}
	set := pflag.NewFlagSet("test", pflag.ContinueOnError)
	f.Register(set)
	if err := set.Parse([]string{"--metrics", address}); err != nil {
		t.Fatal(err)
	}
	f.Into(cfg)
	return f, cfg
}

// get asks for a page as host.
func get(t *testing.T, url, host string) (status int, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = host
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func TestServeAnswersPrometheusUntilItIsStopped(t *testing.T) {
	f, cfg := flag(t, ":0")
	if cfg.Metrics == nil {
		t.Fatal("the clients of the cluster are not measured")
	}
	url, stop, err := f.Serve(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "more"}, func() float64 { return 7 }))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(url, "http://127.0.0.1:") {
		t.Errorf("without a host it listens at %s, which others may reach", url)
	}
	if status, body := get(t, url, ""); status != 200 || !strings.Contains(body, "more 7") || !strings.Contains(body, "go_goroutines") {
		t.Errorf("%s: %d %.200s", url, status, body)
	}
	if status, _ := get(t, url, "example.com"); status != http.StatusForbidden {
		t.Errorf("a name of somebody else's: %d", status)
	}
	if status, _ := get(t, strings.TrimSuffix(url, "metrics"), ""); status != http.StatusNotFound {
		t.Errorf("another path: %d", status)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if conn, err := net.Dial("tcp", strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "/metrics")); err == nil {
		conn.Close()
		t.Error("it still listens after it was stopped")
	}
}

func TestNothingIsPublishedUnasked(t *testing.T) {
	f, cfg := flag(t, "")
	url, stop, err := f.Serve()
	if err != nil || url != "" || cfg.Metrics != nil {
		t.Errorf("published at %q, measured by %v, %v", url, cfg.Metrics, err)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestAnAddressThatCannotBeHadIsOneSentence(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	for address, want := range map[string]string{
		busy.Addr().String(): busy.Addr().String() + " for Prometheus: address already in use",
		"2112":               "host:port",
		"127.0.0.1:99999":    "127.0.0.1:99999",
	} {
		f, _ := flag(t, address)
		_, _, err := f.Serve()
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "--metrics") || strings.Contains(err.Error(), "\n") {
			t.Errorf("--metrics %s: %v", address, err)
		}
	}
}

func TestAPublisherPublishesOnceSomebodyWantsIt(t *testing.T) {
	f, _ := flag(t, "")
	p := f.Publisher()
	if err := p.OpenIf(false); err != nil {
		t.Fatal(err)
	}
	cfg := &kafka.Config{}
	if f.Into(cfg); cfg.Metrics != nil {
		t.Error("the clients of a cluster are measured for nobody")
	}
	// Whether the usual port is free depends on the machine: either it is taken, or another one.
	url, err := p.Open()
	if err != nil {
		t.Fatal(err)
	}
	if again, err := p.Open(); again != url || err != nil {
		t.Errorf("opened again: %q, %v; it was at %q", again, err, url)
	}
	if status, body := get(t, url, ""); status != 200 || !strings.Contains(body, "go_goroutines") || f.Scraped() != 1 {
		t.Errorf("%s: %d %.200s", url, status, body)
	}
	if f.Into(cfg); cfg.Metrics == nil {
		t.Error("the clients of the next cluster are not measured")
	}
	second, _ := flag(t, "")
	other := second.Publisher()
	defer func() {
		if err := other.Close(); err != nil {
			t.Error(err)
		}
	}()
	if elsewhere, err := other.Open(); err != nil || elsewhere == url {
		t.Errorf("beside a program that has the port: at %q, %v", elsewhere, err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if conn, err := net.Dial("tcp", strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "/metrics")); err == nil {
		conn.Close()
		t.Error("it still listens after it was closed")
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}
