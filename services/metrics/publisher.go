package metrics

import (
	"errors"
	"net"
	"strconv"
	"sync"
	"syscall"

	"github.com/prometheus/client_golang/prometheus"
)

// Publisher publishes the numbers of one process: from its beginning where --metrics asks for it, and else from when
// somebody first wants them.
type Publisher struct {
	flag *Flag
	more []prometheus.Collector

	mu   sync.Mutex
	url  string
	stop func() error
}

// Publisher publishes what Serve does, once it is opened.
func (f *Flag) Publisher(more ...prometheus.Collector) *Publisher {
	return &Publisher{flag: f, more: more}
}

// OpenIf opens it where somebody wants it at once, or --metrics was given. It fails as Serve does.
func (p *Publisher) OpenIf(wanted bool) error {
	if !wanted && p.flag.where() == "" {
		return nil
	}
	_, err := p.Open()
	return err
}

// Open publishes, if nothing is published yet, and says where Prometheus finds it. Without --metrics that is DefaultPort of
// this machine, or any free port where another program has that one; only clusters that are opened from then on have
// their clients measured. It fails as Serve does.
func (p *Publisher) Open() (url string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stop != nil {
		return p.url, nil
	}
	usual := p.flag.where() == ""
	if usual {
		p.flag.setWhere(net.JoinHostPort("127.0.0.1", strconv.Itoa(DefaultPort)))
	}
	p.url, p.stop, err = p.flag.Serve(p.more...)
	if usual && errors.Is(err, syscall.EADDRINUSE) {
		p.flag.setWhere("127.0.0.1:0")
		p.url, p.stop, err = p.flag.Serve(p.more...)
	}
	if usual && err != nil {
		p.flag.setWhere("")
	}
	return p.url, err
}

// Close ends the publishing, if there was any.
func (p *Publisher) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stop == nil {
		return nil
	}
	stop := p.stop
	p.url, p.stop = "", nil
	return stop()
}
