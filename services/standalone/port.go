package standalone

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"syscall"

	"blackfriday/kafka/phrase"
	"blackfriday/services/event"
	"blackfriday/services/web"
)

// portsTried is how many ports from the usual one on are tried where nobody asked for one.
const portsTried = 100

// endpoint is what a service answers by HTTP.
func endpoint(service string) string {
	switch service {
	case Payment:
		return "POST /payment"
	case Order:
		return "GET /orders"
	case Email:
		return "GET /emails"
	}
	return "GET /analytics"
}

// listen takes the port of the service: where any will do, the first that is free. The error says who has it, where that can
// be told.
func (p *process) listen(ctx context.Context) (net.Listener, error) {
	host, last := cmp.Or(p.cfg.Host, loopback), p.cfg.Port
	if p.cfg.AnyPort && last != 0 {
		last = min(last+portsTried-1, maxPort)
	}
	for port := p.cfg.Port; ; port++ {
		address := net.JoinHostPort(host, strconv.Itoa(port))
		l, err := net.Listen("tcp", address)
		switch {
		case err == nil:
			if port != p.cfg.Port {
				p.journal.Say("Port %d is taken by %s: this %s service takes %d.", p.cfg.Port, holder(ctx, host, p.cfg.Port), p.cfg.Service, port)
			}
			return l, nil
		case !errors.Is(err, syscall.EADDRINUSE):
			return nil, phrase.Errorf("cannot listen on %s for the %s service: %w; choose another port with --port or PORT", address, p.cfg.Service, err)
		case port < last:
			continue
		}
		return nil, phrase.Errorf("port %d is taken by %s: give this %s service another one with --port or PORT, or 0 for any that is free",
			p.cfg.Port, holder(ctx, host, p.cfg.Port), p.cfg.Service)
	}
}

// holder says who has a port.
func holder(ctx context.Context, host string, port int) phrase.Phrase {
	serves, alone := web.Serves(ctx, http.DefaultClient, "http://"+net.JoinHostPort(host, strconv.Itoa(port)))
	if serves == "" {
		return phrase.New("another program")
	}
	for _, service := range Services() {
		switch {
		case serves != endpoint(service):
		case alone:
			return phrase.New("a sibling, another blackfriday service %s", service)
		default:
			return phrase.New("a sibling, the %s service of a lab", service)
		}
	}
	return phrase.New("a service of a lab that answers %s", event.Visible(serves))
}
