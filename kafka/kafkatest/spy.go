package kafkatest

import (
	"context"
	"encoding/binary"
	"net"
	"slices"
	"sync"

	"github.com/twmb/franz-go/pkg/kmsg"

	"blackfriday/kafka"
)

// Spy notes which requests a client sends, by the names of Kafka's protocol.
type Spy struct {
	mu   sync.Mutex
	sent map[string]int
}

// On is cfg with a network on which the spy listens.
func (s *Spy) On(cfg kafka.Config) kafka.Config {
	dial := cfg.Dial
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	cfg.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &tapped{Conn: conn, spy: s}, nil
	}
	return cfg
}

// Sent are the names of the requests that were sent, each once, in order.
func (s *Spy) Sent() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	for name := range s.sent {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (s *Spy) note(key int16) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sent == nil {
		s.sent = map[string]int{}
	}
	s.sent[kmsg.Key(key).Name()]++
}

// tapped is a connection that the spy listens to: every request is a length of four bytes, its key in two, and the rest.
type tapped struct {
	net.Conn
	spy  *Spy
	head []byte // what was written of the length and the key
	rest int    // how much of the request follows
}

// Write implements net.Conn. A client writes its requests one after the other.
func (t *tapped) Write(p []byte) (int, error) {
	const head = 6
	for rest := p; len(rest) > 0; {
		if t.rest > 0 {
			n := min(t.rest, len(rest))
			t.rest, rest = t.rest-n, rest[n:]
			continue
		}
		n := min(head-len(t.head), len(rest))
		t.head, rest = append(t.head, rest[:n]...), rest[n:]
		if len(t.head) == head {
			t.rest = int(binary.BigEndian.Uint32(t.head)) - 2
			t.spy.note(int16(binary.BigEndian.Uint16(t.head[4:])))
			t.head = nil
		}
	}
	return t.Conn.Write(p)
}
