// Package web is how the services answer HTTP: JSON both ways, on the loopback only, and never for a web page of
// another origin.
package web

import (
	"io"
	"log"
	"net/http"
	"time"
)

// The limits of every server of the lab. Writing may take longer than Kafka is given to answer, so that a reply about
// a silent broker still gets out.
const (
	headerTimeout  = 5 * time.Second
	readTimeout    = 10 * time.Second
	writeTimeout   = 20 * time.Second
	idleTimeout    = 60 * time.Second
	maxHeaderBytes = 16 << 10
)

// NewServer returns a server for handler with timeouts, bounded headers, and the guard of Guard. It logs nowhere,
// because stderr may be under a dashboard: set ErrorLog to hear of broken connections.
func NewServer(handler http.Handler) *http.Server { return NewOpenServer(Guard(handler)) }

// NewOpenServer returns the same server without the guard, for an address that other machines are meant to reach.
func NewOpenServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          log.New(io.Discard, "", 0),
	}
}
