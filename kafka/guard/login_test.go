package guard_test

import (
	"encoding/binary"
	"io"
	"net"
	"strings"
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

// handshake begins a login.
func handshake() *kmsg.SASLHandshakeRequest {
	shake := kmsg.NewPtrSASLHandshakeRequest()
	shake.SetVersion(1)
	shake.Mechanism = "SCRAM-SHA-256"
	return shake
}

// firstProof is the first of a client's two messages (RFC 5802): it proves nothing yet.
func firstProof(user string, version int16) *kmsg.SASLAuthenticateRequest {
	prove := kmsg.NewPtrSASLAuthenticateRequest()
	prove.SetVersion(version)
	prove.SASLAuthBytes = []byte("n,,n=" + user + ",r=abc")
	return prove
}

// exchange sends a request and returns what follows the size of its response.
func exchange(t *testing.T, conn net.Conn, req kmsg.Request) []byte {
	t.Helper()
	if _, err := conn.Write(framed(req)); err != nil {
		t.Fatal(err)
	}
	head := make([]byte, 4)
	if _, err := io.ReadFull(conn, head); err != nil {
		t.Fatalf("version %d of %T is not answered: %v", req.GetVersion(), req, err)
	}
	body := make([]byte, binary.BigEndian.Uint32(head))
	if _, err := io.ReadFull(conn, body); err != nil {
		t.Fatal(err)
	}
	return body
}

// TestHalfALoginIsNone: the server's challenge is an answer of success, and everybody who knows a user's name gets one.
func TestHalfALoginIsNone(t *testing.T) {
	refused := make(chan error, 10)
	address := startLogin(t, refused)
	large := firstProof("u", 2)
	large.SASLAuthBytes = make([]byte, 1<<20)
	for _, req := range []kmsg.Request{kmsg.NewPtrMetadataRequest(), large} {
		conn := dial(t, address)
		exchange(t, conn, handshake())
		if challenge := exchange(t, conn, firstProof("u", 0)); !strings.Contains(string(challenge), "r=abc") {
			t.Fatalf("the challenge is %q", challenge)
		}
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
		shake, prove := handshake(), firstProof("nobody", version)
		for _, req := range []kmsg.Request{shake, prove} {
			body := exchange(t, conn, req)
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
