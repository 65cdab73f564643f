package kafka

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"blackfriday/kafka/phrase"
)

// openTimeout bounds the whole of connecting to a real cluster, so that whoever mistyped an address knows it within 5 s.
const openTimeout = 4500 * time.Millisecond

// knocker tries the way to a broker by hand, layer by layer, before the clients go it: they try again and again, and can
// only guess which layer it is that fails.
type knocker struct {
	dial     dialFunc
	security Security
}

// knockAny succeeds when one of the addresses is the way to a broker. Otherwise the error says for the first of them
// what is wrong, and for the others where it is something else.
func (k knocker) knockAny(ctx context.Context, addresses []string) error {
	errs := k.knockAll(ctx, addresses)
	var said []error
	for i, err := range errs {
		if err == nil {
			return nil
		}
		if i == 0 || errors.Unwrap(err).Error() != errors.Unwrap(errs[0]).Error() {
			said = append(said, err)
		}
	}
	return errors.Join(said...)
}

// knockAll knocks at all addresses at the same time.
func (k knocker) knockAll(ctx context.Context, addresses []string) []error {
	errs := make([]error, len(addresses))
	var all sync.WaitGroup
	for i, address := range addresses {
		all.Go(func() {
			if err := k.knock(ctx, address); err != nil {
				errs[i] = phrase.Errorf("no way to Kafka at %s: %w", address, err)
			}
		})
	}
	all.Wait()
	return errs
}

// knockAdvertised knocks where the cluster says that its brokers are: clients are sent there, whatever address they began
// with. Some brokers may be down; an address that leads nowhere is a mistake in their settings.
func (k knocker) knockAdvertised(ctx context.Context, brokers kadm.BrokerDetails) error {
	addresses := make([]string, len(brokers))
	for i, b := range brokers {
		addresses[i] = net.JoinHostPort(b.Host, fmt.Sprint(b.Port))
	}
	errs := k.knockAll(ctx, addresses)
	for i, err := range errs {
		var unknown *net.DNSError
		if err != nil && (errors.As(err, &unknown) || !slices.Contains(errs, nil)) {
			return phrase.Errorf("the cluster answers and sends its clients to broker %d at %s, but there is %w (advertised.listeners of the broker must name an address that this machine reaches; from outside Docker, that of its external listener)",
				brokers[i].NodeID, addresses[i], err)
		}
	}
	return nil
}

// knock goes the whole way once: the name, the port, TLS, Kafka's greeting, the login, a question.
func (k knocker) knock(ctx context.Context, address string) error {
	conn, err := k.dial(ctx, "tcp", address)
	if err != nil {
		return dialTrouble(ctx, address, err)
	}
	defer func() { conn.Close() }() //nolint:errcheck // it was for knocking only
	if k.security.TLS != nil {
		secured, err := k.handshake(ctx, conn, address)
		if err != nil {
			return k.tlsTrouble(ctx, address, err)
		}
		conn = secured
	}
	if err := greet(ctx, conn); err != nil {
		return k.greetingTrouble(ctx, address, err)
	}
	talk := newTalk(ctx, conn)
	defer talk.end()
	if k.security.Mechanism != "" {
		return k.login(ctx, talk, address)
	}
	metadata := kmsg.NewPtrMetadataRequest()
	metadata.Version = 1 // 0 would ask for every topic
	metadata.Topics = []kmsg.MetadataRequestTopic{}
	if err := talk.ask(metadata); err != nil {
		return k.strangerTrouble(ctx, address, err)
	}
	return nil
}

// handshake begins TLS, and leaves time to find out why that fails.
func (k knocker) handshake(ctx context.Context, conn net.Conn, address string) (*tls.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
	defer cancel()
	return handshake(ctx, conn, k.security.TLS, address)
}

// greet asks what every broker answers to everybody (KIP-35). It leaves time to find out why one does not.
func greet(ctx context.Context, conn net.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
	defer cancel()
	talk := newTalk(ctx, conn)
	defer talk.end()
	return talk.ask(kmsg.NewPtrApiVersionsRequest())
}

// login proves who the client is (KIP-43, KIP-152).
func (k knocker) login(ctx context.Context, talk *talk, address string) error {
	offered, err := talk.choose(string(k.security.Mechanism))
	switch {
	case errors.Is(err, kerr.UnsupportedSaslMechanism):
		return phrase.Errorf("it does not offer SASL %s, but %s: choose one of these with --sasl", k.security.Mechanism, listed(offered))
	case errors.Is(err, kerr.IllegalSaslState):
		return phrase.Errorf("it asks nobody to log in on this port: leave --sasl out, or use the port of its SASL listener")
	case err != nil:
		return k.silence(ctx, phrase.New("it does not answer the login"), err)
	}
	session, proof, err := k.security.mechanism().Authenticate(ctx, address)
	for done := false; err == nil && len(proof) > 0; {
		var challenge []byte
		if challenge, err = talk.prove(proof); err != nil {
			return k.loginTrouble(ctx, err)
		}
		proof = nil
		if !done {
			done, proof, err = session.Challenge(challenge)
		}
	}
	if err != nil {
		return phrase.Errorf("the login as %q failed: %w", k.security.User, err)
	}
	return nil
}

// loginTrouble: Kafka does not tell a wrong name from a wrong password, and old brokers just hang up.
func (k knocker) loginTrouble(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return k.silence(ctx, phrase.New("it does not answer the login"), err)
	}
	return phrase.Errorf("it does not let %q in: %w (SASL %s)", k.security.User, ErrLogin, k.security.Mechanism)
}

// silence says that something took too long, or why it failed.
func (k knocker) silence(ctx context.Context, what phrase.Phrase, err error) error {
	if ctx.Err() != nil || isTimeout(err) {
		return phrase.Errorf("%s: it is silent; is that the port of a Kafka broker?", what)
	}
	return phrase.Errorf("%s: %w", what, err)
}

// talk is a conversation with a broker over one connection: a request, its answer, the next.
type talk struct {
	conn net.Conn
	end  func() bool
	next int32
}

// newTalk begins a conversation that ctx can break off.
func newTalk(ctx context.Context, conn net.Conn) *talk {
	end := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) }) //nolint:errcheck // then the answer fails
	return &talk{conn: conn, end: end}
}

// errNoKafka is why an answer was not read to its end.
var errNoKafka = phrase.Errorf("what listens there does not speak Kafka's protocol")

// mostAnswer is how many bytes an answer may have: a handful of names.
const mostAnswer = 1 << 20

// ask sends a request and waits for the answer, without looking into it.
func (t *talk) ask(request kmsg.Request) error {
	_, err := t.answer(request)
	return err
}

// answer sends a request and returns the body of the answer.
func (t *talk) answer(request kmsg.Request) ([]byte, error) {
	t.next++
	frame := kmsg.NewRequestFormatter(kmsg.FormatterClientID("knock")).AppendRequest(nil, request, t.next)
	if _, err := t.conn.Write(frame); err != nil {
		return nil, err
	}
	head := make([]byte, 8)
	if _, err := io.ReadFull(t.conn, head); err != nil {
		return nil, err
	}
	size := binary.BigEndian.Uint32(head)
	if size < 4 || size > mostAnswer || binary.BigEndian.Uint32(head[4:]) != uint32(t.next) {
		return nil, errNoKafka
	}
	body := make([]byte, size-4)
	_, err := io.ReadFull(t.conn, body)
	return body, err
}

// choose asks to log in with a mechanism; offered are those that the broker has, when it does not have this one.
func (t *talk) choose(mechanism string) (offered []string, err error) {
	request := kmsg.NewPtrSASLHandshakeRequest()
	request.Version, request.Mechanism = 1, mechanism
	body, err := t.answer(request)
	if err != nil {
		return nil, err
	}
	response := kmsg.NewPtrSASLHandshakeResponse()
	response.SetVersion(request.Version)
	if err := response.ReadFrom(body); err != nil {
		return nil, errNoKafka
	}
	return response.SupportedMechanisms, kerr.ErrorForCode(response.ErrorCode)
}

// prove sends one step of a login, and returns what the broker has to say to it.
func (t *talk) prove(proof []byte) ([]byte, error) {
	request := kmsg.NewPtrSASLAuthenticateRequest()
	request.SASLAuthBytes = proof
	body, err := t.answer(request)
	if err != nil {
		return nil, err
	}
	response := kmsg.NewPtrSASLAuthenticateResponse()
	response.SetVersion(request.Version)
	if err := response.ReadFrom(body); err != nil {
		return nil, errNoKafka
	}
	return response.SASLAuthBytes, kerr.ErrorForCode(response.ErrorCode)
}

// listed joins names for a sentence.
func listed(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
