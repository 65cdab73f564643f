package lab

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"sync"
	"syscall"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/web"
)

// servers are the HTTP sides of the four services.
type servers struct {
	all  []*http.Server
	urls []string
	wg   sync.WaitGroup
}

// serviceNames are the services in the order of their ports.
func serviceNames() []string { return []string{"payment", "order", "email", "analytics"} }

// listen serves one handler per port from first on, or each on any free port when first is 0: on the loopback, or to the
// whole of a classroom.
func listen(first int, room *kafka.Classroom, handlers ...http.Handler) (*servers, error) {
	host, newServer := "127.0.0.1", web.NewServer
	if room != nil {
		host, newServer = room.Host, func(h http.Handler) *http.Server {
			return web.NewClassroomServer(h, web.Classroom{Host: room.Host, Code: room.Code})
		}
	}
	s := &servers{}
	listeners := make([]net.Listener, 0, len(handlers))
	for i := range handlers {
		port := first
		if first != 0 {
			port += i
		}
		address := net.JoinHostPort(host, strconv.Itoa(port))
		l, err := net.Listen("tcp", address)
		if err != nil {
			for _, open := range listeners {
				err = errors.Join(err, open.Close())
			}
			return nil, httpError(serviceNames()[i], address, err)
		}
		listeners = append(listeners, l)
	}
	for i, l := range listeners {
		server := newServer(handlers[i])
		s.all = append(s.all, server)
		_, port, _ := net.SplitHostPort(l.Addr().String()) // that of a listener has one
		s.urls = append(s.urls, "http://"+net.JoinHostPort(host, port))
		// Serve only returns once stop has closed it, or its listener broke: then requests find nobody, and say so.
		s.wg.Go(func() { _ = server.Serve(l) })
	}
	return s, nil
}

func httpError(service, address string, err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		err = syscall.EADDRINUSE
	}
	return phrase.Errorf("cannot listen on %s for the %s service: %w; choose another first port with --http-port (0 takes any that are free)",
		address, service, err)
}

// url is the address of the service at place i, empty when there is no HTTP.
func (s *servers) url(i int) string {
	if s == nil || i >= len(s.urls) {
		return ""
	}
	return s.urls[i]
}

// stop lets requests under way finish until ctx ends, then cuts them off.
func (s *servers) stop(ctx context.Context) error {
	var errs []error
	for _, server := range s.all {
		if err := server.Shutdown(ctx); err != nil {
			errs = append(errs, err, server.Close())
		}
	}
	s.wg.Wait()
	return errors.Join(errs...)
}
