package guard_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"blackfriday/kafka/guard"
)

// junk is a first word that no Kafka client says.
type junk struct {
	name string
	sent []byte
	why  string // part of the reason for which it is refused
}

func junks() []junk {
	frame := func(size uint32, key, version int16, rest ...byte) []byte {
		b := binary.BigEndian.AppendUint32(nil, size)
		b = binary.BigEndian.AppendUint16(b, uint16(key))
		b = binary.BigEndian.AppendUint16(b, uint16(version))
		return append(append(b, 0, 0, 0, 1), rest...)
	}
	return []junk{
		{"HTTP", []byte("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), "claims 1195725856 bytes"},
		{"TLS hello", []byte{0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03}, "claims 369295618 bytes"},
		{"SSH", []byte("SSH-2.0-OpenSSH_9.6\r\n"), "claims"},
		{"unknown API key", frame(8, 9999, 0), "unknown API key 9999"},
		{"negative API key", frame(8, -1, 0), "unknown API key -1"},
		{"negative version", frame(10, 18, -5, 0xff, 0xff), "version -5"},
		{"claims 2 GB", frame(2_000_000_000, 0, 9), "claims 2000000000 bytes"},
		{"negative size", frame(0xffffffff, 0, 9), "claims 4294967295 bytes"},
		{"size 0", frame(0, 18, 0), "claims 0 bytes"},
		{"half a frame", frame(100, 0, 9), "timeout"},
		{"half a size", []byte{0, 0}, "timeout"},
		{"broken client id", frame(10, 18, 0, 0x7f, 0xff), "header of API key 18"},
		{"2^32 header tags", frame(15, 18, 3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f), "header of API key 18"},
		{"3 MiB of metadata", frame(3<<20, 3, 9), "API key 3 with 3145728 bytes"},
		{"truncated JoinGroup", frame(12, 11, 2, 0, 0, 0, 9), "body of API key 11"},
	}
}

func TestBytesThatAreNotKafkaEndTheirConnectionOnly(t *testing.T) {
	refused := make(chan error, 100)
	told := func(_ net.Addr, why error) { refused <- why }
	// A machine that stalls may take a hasty guard's time away before the first byte was read: only what has to be
	// given up waits for the time to end.
	patient := startCluster(t, guard.Options{Refused: told})
	hasty := startCluster(t, guard.Options{Refused: told, FrameTimeout: 100 * time.Millisecond})
	write := startProducer(t, patient)
	for _, j := range junks() {
		t.Run(j.name, func(t *testing.T) {
			address := patient
			if j.why == "timeout" {
				address = hasty
			}
			conn := dial(t, address)
			if _, err := conn.Write(j.sent); err != nil {
				t.Fatal(err)
			}
			waitCut(t, conn)
			waitRefused(t, refused, j.why)
			write()
		})
	}
}

// TestPortScansAreNotWorthAWord: who connects and leaves has done nothing wrong.
func TestPortScansAreNotWorthAWord(t *testing.T) {
	address := startCluster(t, guard.Options{
		Refused: func(_ net.Addr, why error) { t.Errorf("refused: %v", why) },
	})
	for range 10 {
		dial(t, address).Close()
	}
	startProducer(t, address)
}

// TestRequestsThatKfakeDoesNotSurvive sends well-formed requests that end the whole process without a guard.
func TestRequestsThatKfakeDoesNotSurvive(t *testing.T) {
	tooMany := kmsg.NewPtrCreateTopicsRequest()
	tooMany.Topics = []kmsg.CreateTopicsRequestTopic{{Topic: "huge", NumPartitions: 1<<31 - 1, ReplicationFactor: 1}}
	more := kmsg.NewPtrCreatePartitionsRequest()
	more.Topics = []kmsg.CreatePartitionsRequestTopic{{Topic: topic, Count: 1<<31 - 1}}
	twice := kmsg.NewPtrJoinGroupRequest()
	twice.Group, twice.ProtocolType, twice.SessionTimeoutMillis = "g", "consumer", 6000
	twice.Protocols = []kmsg.JoinGroupRequestProtocol{{Name: "range"}, {Name: "range"}}
	none := kmsg.NewPtrJoinGroupRequest()
	none.Group, none.ProtocolType, none.SessionTimeoutMillis = "g", "consumer", 6000
	set := kmsg.NewPtrIncrementalAlterConfigsRequest()
	zero := "0"
	set.Resources = []kmsg.IncrementalAlterConfigsRequestResource{{
		ResourceType: kmsg.ConfigResourceTypeBroker,
		Configs:      []kmsg.IncrementalAlterConfigsRequestResourceConfig{{Name: "log.cleaner.backoff.ms", Value: &zero}},
	}}
	replace := kmsg.NewPtrAlterConfigsRequest()
	replace.Resources = []kmsg.AlterConfigsRequestResource{{
		ResourceType: kmsg.ConfigResourceTypeBroker,
		Configs:      []kmsg.AlterConfigsRequestResourceConfig{{Name: "log.cleaner.backoff.ms", Value: &zero}},
	}}

	refused := make(chan error, 100)
	address := startCluster(t, guard.Options{Refused: func(_ net.Addr, why error) { refused <- why }})
	write := startProducer(t, address)
	for _, req := range []kmsg.Request{tooMany, more, twice, none, set, replace} {
		t.Run(kmsg.NameForKey(req.Key()), func(t *testing.T) {
			conn := dial(t, address)
			if _, err := conn.Write(framed(req)); err != nil {
				t.Fatal(err)
			}
			waitCut(t, conn)
			waitRefused(t, refused, "")
			write()
		})
	}
}

// TestProduceByTopicID sends a Produce whose version the brokers of newCluster do not offer: with two unknown ids, kfake
// panics if it does.
func TestProduceByTopicID(t *testing.T) {
	req := kmsg.NewPtrProduceRequest()
	req.SetVersion(guard.MaxProduceVersion + 1)
	req.Acks = -1
	for i := range byte(2) {
		req.Topics = append(req.Topics, kmsg.ProduceRequestTopic{
			TopicID: [16]byte{i + 1}, Partitions: []kmsg.ProduceRequestTopicPartition{{}},
		})
	}
	address := startCluster(t, guard.Options{})
	write := startProducer(t, address)
	conn := dial(t, address)
	if _, err := conn.Write(framed(req)); err != nil {
		t.Fatal(err)
	}
	waitCut(t, conn)
	write()
}

// waitRefused waits until the guard says why it ended a connection: kfake ends some of them by itself.
func waitRefused(t *testing.T, refused <-chan error, why string) {
	t.Helper()
	select {
	case err := <-refused:
		if !strings.Contains(err.Error(), why) {
			t.Errorf("refused with %q, want %q in it", err, why)
		}
	case <-time.After(patience):
		t.Error("the connection was ended, but not by the guard")
	}
}

func TestConnectionsBeyondTheCapAreClosed(t *testing.T) {
	address := startCluster(t, guard.Options{Conns: 1})
	first := dial(t, address)
	if _, err := first.Write(framed(kmsg.NewPtrApiVersionsRequest())); err != nil {
		t.Fatal(err)
	}
	if n, err := first.Read(make([]byte, 1)); n == 0 {
		t.Fatal(err)
	}
	waitCut(t, dial(t, address))
	first.Close()
}

func TestAddrIsWhatClientsAreTold(t *testing.T) {
	for host, want := range map[string]string{"": "localhost", "kafka.example": "kafka.example"} {
		l, err := guard.Listen(guard.Options{Host: host})("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		_, port, _ := net.SplitHostPort(l.Addr().String())
		if l.Addr().String() != want+":"+port || port == "0" || l.Addr().Network() != "tcp" {
			t.Errorf("Addr() = %s %s, want tcp %s and a port", l.Addr().Network(), l.Addr(), want)
		}
		l.Close()
	}
}

func TestATakenAddressCanBeRecognised(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, err = guard.Listen(guard.Options{})("tcp", taken.Addr().String())
	if !errors.Is(err, syscall.EADDRINUSE) || !strings.Contains(err.Error(), taken.Addr().String()) {
		t.Errorf("error %v, want one that is EADDRINUSE and names %s", err, taken.Addr())
	}
}

func TestCloseCutsAcceptedConnections(t *testing.T) {
	l, err := guard.Listen(guard.Options{})("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	conn := dial(t, l.Addr().String())
	accepted, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := l.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
	waitCut(t, conn)
	if _, err := accepted.Read(make([]byte, 1)); err == nil {
		t.Error("a cut connection can still be read")
	}
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Accept after Close: %v, want net.ErrClosed", err)
	}
}

// TestNothingFollowsARefusal: what came behind the refused bytes is not handed on either.
func TestNothingFollowsARefusal(t *testing.T) {
	l, err := guard.Listen(guard.Options{})("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	good, bad := framed(kmsg.NewPtrMetadataRequest()), framed(kmsg.NewPtrJoinGroupRequest())
	if _, err := dial(t, l.Addr().String()).Write(slices.Concat(good, bad, good)); err != nil {
		t.Fatal(err)
	}
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	handed := make([]byte, len(good))
	if _, err := io.ReadFull(conn, handed); err != nil || !bytes.Equal(handed, good) {
		t.Errorf("handed on %x (%v), want %x", handed, err, good)
	}
	for range 3 {
		if n, err := conn.Read(handed); n > 0 || err == nil {
			t.Errorf("%d bytes handed on after the refusal, error %v", n, err)
		}
	}
}

// scarce is a listener that has run out of file descriptors a few times.
type scarce struct {
	net.Listener
	failures int
}

func (s *scarce) Accept() (net.Conn, error) {
	if s.failures > 0 {
		s.failures--
		return nil, &net.OpError{Op: "accept", Err: syscall.EMFILE}
	}
	return s.Listener.Accept()
}

func TestAcceptOutlivesAShortageOfFileDescriptors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := &kfake.VirtualNetwork{}
		address := startCluster(t, guard.Options{Base: func(n, a string) (net.Listener, error) {
			l, err := network.Listen(n, a)
			return &scarce{l, 3}, err
		}})
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		conn, err := network.DialContext(ctx, "tcp", address)
		if err != nil {
			t.Fatalf("the broker accepts no more: %v", err)
		}
		conn.Close()
	})
}
