// Package metrics publishes the numbers of a process for Prometheus.
package metrics

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
	"github.com/spf13/pflag"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/web"
)

// DefaultPort is the port at which the files for Prometheus look for a lab.
const DefaultPort = 2112

const (
	// path is where Prometheus looks unless it is told otherwise.
	path = "/metrics"
	// scrapesAtOnce is how many scrapes are answered at the same time; more are refused.
	scrapesAtOnce = 4
	// scrapeTimeout bounds one scrape.
	scrapeTimeout = 5 * time.Second
	// lastScrape bounds how long a stop waits for scrapes under way.
	lastScrape = time.Second
)

// Flag is --metrics of one command.
type Flag struct {
	mu      sync.Mutex
	address string                              // a Publisher may set it later; read it with where
	cluster atomic.Pointer[prometheus.Registry] // of the clients of the newest cluster; nil: none is measured
	scraped atomic.Int64
}

// Register adds the flag to a command's.
func (f *Flag) Register(set *pflag.FlagSet) {
	set.StringVar(&f.address, "metrics", "",
		fmt.Sprintf("publish numbers for Prometheus at this address, such as 127.0.0.1:%d (port 0 takes any that is free)", DefaultPort))
}

// where is the address to publish at, empty for none.
func (f *Flag) where() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.address
}

func (f *Flag) setWhere(address string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.address = address
}

// Into has the clients of the cluster measured that cfg opens, if the flag asks for it. A cfg is for one cluster; what is
// published from now on is of this one.
func (f *Flag) Into(cfg *kafka.Config) {
	if f.where() == "" {
		return
	}
	registry := prometheus.NewRegistry()
	f.cluster.Store(registry)
	cfg.Metrics = registry
}

// Scraped is how often the numbers have been fetched.
func (f *Flag) Scraped() int64 { return f.scraped.Load() }

// gather implements prometheus.Gatherer for the newest cluster.
func (f *Flag) gather() ([]*dto.MetricFamily, error) {
	if r := f.cluster.Load(); r != nil {
		return r.Gather()
	}
	return nil, nil
}

// Serve publishes what Into has had measured, the numbers of this process, and those of more, until stop is called.
// Without the flag it does nothing. url is where Prometheus finds them, empty if it does not. The error names the address
// and the flag that changes it.
func (f *Flag) Serve(more ...prometheus.Collector) (url string, stop func() error, err error) {
	if f.where() == "" {
		return "", func() error { return nil }, nil
	}
	listener, err := f.listen()
	if err != nil {
		return "", nil, err
	}
	process := prometheus.NewRegistry()
	own := []prometheus.Collector{collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{})}
	for _, c := range append(own, more...) {
		if err := process.Register(c); err != nil {
			return "", nil, errors.Join(phrase.Errorf("register the metrics of this process: %w", err), listener.Close())
		}
	}
	server := f.newServer(process, listener.Addr())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		// Serve only returns once stop has closed it, or its listener broke: then Prometheus says that nobody answers.
		_ = server.Serve(listener)
	}()
	return "http://" + listener.Addr().String() + path, func() error {
		ctx, cancel := context.WithTimeout(context.Background(), lastScrape)
		defer cancel()
		err := server.Shutdown(ctx)
		if err != nil {
			err = errors.Join(err, server.Close())
		}
		<-ended
		return err
	}, nil
}

// listen opens the address. One without a host is on the loopback: the numbers of a lab are for this machine, unless
// somebody asks for more.
func (f *Flag) listen() (net.Listener, error) {
	host, port, err := net.SplitHostPort(f.where())
	if err != nil {
		return nil, phrase.Errorf("--metrics %q: it takes host:port, such as 127.0.0.1:%d", f.where(), DefaultPort)
	}
	if host == "" {
		host = "127.0.0.1"
	}
	address := net.JoinHostPort(host, port)
	l, err := net.Listen("tcp", address)
	if err != nil {
		if errors.Is(err, syscall.EADDRINUSE) {
			err = syscall.EADDRINUSE
		}
		return nil, phrase.Errorf("cannot listen on %s for Prometheus: %w; choose another address with --metrics (port 0 takes any that is free)", address, err)
	}
	return l, nil
}

// newServer answers GET /metrics. Where only this machine can reach it, it answers to a loopback Host alone, as every
// service does; an address that others reach has names of theirs.
func (f *Flag) newServer(process *prometheus.Registry, address net.Addr) *http.Server {
	all := prometheus.Gatherers{process, prometheus.GathererFunc(f.gather)}
	numbers := promhttp.InstrumentMetricHandler(process, promhttp.HandlerFor(all, promhttp.HandlerOpts{
		MaxRequestsInFlight: scrapesAtOnce, Timeout: scrapeTimeout, EnableOpenMetrics: true,
	}))
	handler := web.Route(path, http.MethodGet, func(w http.ResponseWriter, r *http.Request) {
		numbers.ServeHTTP(w, r)
		f.scraped.Add(1)
	})
	if tcp, ok := address.(*net.TCPAddr); ok && !tcp.IP.IsLoopback() {
		return web.NewOpenServer(handler)
	}
	return web.NewServer(handler)
}
