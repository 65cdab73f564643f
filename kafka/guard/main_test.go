package guard_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"
	"go.uber.org/goleak"

	"blackfriday/kafka/guard"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const topic = "payments"

// patience is how long a test waits for what must happen at once.
const patience = 5 * time.Second

// startCluster starts a guarded kfake of one broker and says where it listens.
func startCluster(t testing.TB, opt guard.Options) string {
	t.Helper()
	fake, err := newCluster(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	return fake.ListenAddrs()[0]
}

func newCluster(opt guard.Options) (*kfake.Cluster, error) {
	versions := kversion.Stable()
	versions.SetMaxKeyVersion(int16(kmsg.Produce), guard.MaxProduceVersion)
	return kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, topic), kfake.ListenFn(guard.Listen(opt)),
		kfake.MaxVersions(versions), kfake.GroupMinSessionTimeout(time.Millisecond))
}

// startProducer opens a client and proves that it can write.
func startProducer(t testing.TB, address string) (write func()) {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(address), kgo.ProducerLinger(0), kgo.DefaultProduceTopic(topic),
		kgo.RecordDeliveryTimeout(patience))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	write = func() {
		t.Helper()
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := client.ProduceSync(ctx, kgo.StringRecord("alive")).FirstErr(); err != nil {
			t.Errorf("the healthy client cannot write any more: %v", err)
		}
	}
	write()
	return write
}

func dial(t testing.TB, address string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// waitCut waits until the other side has ended the connection.
func waitCut(t testing.TB, conn net.Conn) {
	t.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	n, err := io.Copy(io.Discard, conn)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("still connected after %v", patience)
	}
	if n != 0 {
		t.Errorf("answered with %d bytes, want none", n)
	}
}

// framed encodes a request as a client does.
func framed(req kmsg.Request) []byte {
	return kmsg.NewRequestFormatter(kmsg.FormatterClientID("test")).AppendRequest(nil, req, 1)
}
