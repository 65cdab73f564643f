package kafkatest

import (
	"context"
	"errors"
	"io"
	"net"
	"syscall"
	"testing"

	"blackfriday/kafka"
)

// TestAnOutageCutsWhoIsJustConnecting: a dial that began before it is over after it.
func TestAnOutageCutsWhoIsJustConnecting(t *testing.T) {
	client, broker := net.Pipe()
	defer broker.Close()
	dialing, connected := make(chan struct{}), make(chan struct{})
	cfg := kafka.Config{Dial: func(context.Context, string, string) (net.Conn, error) {
		close(dialing)
		<-connected
		return client, nil
	}}
	outage := NewOutage(&cfg)
	ended := make(chan error, 1)
	go func() {
		_, err := cfg.Dial(t.Context(), "tcp", "broker:9092")
		ended <- err
	}()
	<-dialing
	outage.Begin()
	close(connected)
	if err := <-ended; !errors.Is(err, syscall.ECONNREFUSED) {
		t.Fatalf("the dial ends with %v", err)
	}
	if _, err := broker.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("the broker's side reads %v", err)
	}
}
