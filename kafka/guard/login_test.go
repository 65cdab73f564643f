package guard_test

import (
	"encoding/binary"
	"io"
	"net"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"blackfriday/kafka/guard"
)

// startLogin starts a cluster that only a user with a password may use.
func startLogin(t *testing.T, refused chan<- error) string {
	t.Helper()
	fake, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.EnableSASL(), kfake.Superuser("SCRAM-SHA-256", "u", "p"),
		kfake.ListenFn(guard.Listen(guard.Options{Login: true, Refused: func(_ net.Addr, why error) { refused <- why }})))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	return fake.ListenAddrs()[0]
}

// TestNothingButALoginGetsThrough before a login: kfake would hang up, too, but hold whatever was sent first.
func TestNothingButALoginGetsThrough(t *testing.T) {
	refused := make(chan error, 10)
	address := startLogin(t, refused)
	large := kmsg.NewPtrSASLAuthenticateRequest()
	large.SASLAuthBytes = make([]byte, 1<<20)
	for _, req := range []kmsg.Request{kmsg.NewPtrMetadataRequest(), kmsg.NewPtrProduceRequest(), kmsg.NewPtrListGroupsRequest(), large} {
		conn := dial(t, address)
		conn.Write(framed(req)) //nolint:errcheck // the guard may have hung up by its end
		waitCut(t, conn)
		waitRefused(t, refused, "before a login")
	}
}

// TestALoginThatFailsIsAnswered in every version of the request.
func TestALoginThatFailsIsAnswered(t *testing.T) {
	address := startLogin(t, make(chan error, 10))
	for version := range int16(3) {
		conn := dial(t, address)
		shake := kmsg.NewPtrSASLHandshakeRequest()
		shake.SetVersion(1)
		shake.Mechanism = "SCRAM-SHA-256"
		prove := kmsg.NewPtrSASLAuthenticateRequest()
		prove.SetVersion(version)
		prove.SASLAuthBytes = []byte("n,,n=nobody,r=abc")
		for _, req := range []kmsg.Request{shake, prove} {
			if _, err := conn.Write(framed(req)); err != nil {
				t.Fatal(err)
			}
			head := make([]byte, 4)
			if _, err := io.ReadFull(conn, head); err != nil {
				t.Fatalf("version %d of %T is not answered: %v", version, req, err)
			}
			body := make([]byte, binary.BigEndian.Uint32(head))
			if _, err := io.ReadFull(conn, body); err != nil {
				t.Fatal(err)
			}
			if req == kmsg.Request(shake) {
				continue
			}
			response := prove.ResponseKind().(*kmsg.SASLAuthenticateResponse)
			skip := 4
			if response.IsFlexible() {
				skip++
			}
			if err := response.ReadFrom(body[skip:]); err != nil || response.ErrorCode != kerr.SaslAuthenticationFailed.Code || response.ErrorMessage == nil {
				t.Errorf("version %d: %+v %v", version, response, err)
			}
		}
		waitCut(t, conn)
	}
}
