package kafka

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"net"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
)

// authority signs certificates.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	a := authority{t: t}
	a.cert, a.key = a.issue(&x509.Certificate{IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign})
	return a
}

// issue signs a certificate; the first one of an authority it signs with itself.
func (a authority) issue(c *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	c.SerialNumber, c.Subject = big.NewInt(time.Now().UnixNano()), pkix.Name{CommonName: "test"}
	if c.NotAfter.IsZero() {
		// The clock of a synctest bubble begins in the year 2000.
		c.NotBefore, c.NotAfter = time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	if err != nil {
		a.t.Fatal(err)
	}
	signed, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return signed, key
}

// pair is a certificate for localhost, or as change makes it.
func (a authority) pair(change func(*x509.Certificate)) tls.Certificate {
	c := &x509.Certificate{
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	if change != nil {
		change(c)
	}
	signed, key := a.issue(c)
	return tls.Certificate{Certificate: [][]byte{signed.Raw}, PrivateKey: key}
}

func (a authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// foreign starts a cluster that somebody else runs.
func foreign(t *testing.T, opts ...kfake.Opt) []string {
	t.Helper()
	c, err := kfake.NewCluster(append(opts, kfake.NumBrokers(1))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c.ListenAddrs()
}

// listening is an address at which each connection is served by serve.
func listening(t *testing.T, serve func(net.Conn)) []string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go serve(conn)
		}
	}()
	return []string{l.Addr().String()}
}

// turnedAway opens a cluster, which must fail in time with a sentence that has all the words.
func turnedAway(t *testing.T, brokers []string, s Security, words ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	began := time.Now()
	c, err := Open(ctx, Config{Brokers: brokers, Security: s})
	if err == nil {
		c.Close()
		t.Fatalf("%v with %v: it opened", brokers, s)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%v with %v: %q lacks %q", brokers, s, err, word)
		}
	}
	if strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "sesame") {
		t.Errorf("%v with %v: %q is no single sentence, or tells the password", brokers, s, err)
	}
	t.Logf("%v: %v", time.Since(began).Round(time.Millisecond), err)
}

func TestAWayThatLeadsNowhereIsNamed(t *testing.T) {
	t.Parallel()
	turnedAway(t, []string{"kafka.invalid:9092"}, Security{}, "does not resolve")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	turnedAway(t, []string{l.Addr().String()}, Security{}, "nothing listens")
	turnedAway(t, []string{l.Addr().String()}, Security{TLS: &tls.Config{}}, "nothing listens")
	web := listening(t, func(c net.Conn) {
		_, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n")
		_, _ = io.Copy(io.Discard, c)
	})
	turnedAway(t, web, Security{}, "does not speak Kafka")
	turnedAway(t, listening(t, func(c net.Conn) { c.Close() }), Security{}, "ends the connection")
}

// Nothing here runs on the machine's clock: the limits are the code's own.
func TestAMutePortEndsWithinFiveSeconds(t *testing.T) {
	for _, s := range []Security{{}, {TLS: &tls.Config{}}} {
		synctest.Test(t, func(t *testing.T) {
			dial := func(context.Context, string, string) (net.Conn, error) {
				client, server := net.Pipe()
				go func() { _, _ = io.Copy(io.Discard, server) }()
				return client, nil
			}
			began := time.Now()
			_, err := Open(t.Context(), Config{Brokers: []string{"mute:9092"}, Security: s, Dial: dial})
			if err == nil || !strings.Contains(err.Error(), "silent") || time.Since(began) > 5*time.Second {
				t.Errorf("%v: after %v: %v", s, time.Since(began), err)
			}
		})
	}
}

// A connection that is never accepted takes as long as the system's patience, unless somebody ends it.
func TestAPortBehindAFirewallIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, &net.OpError{Op: "dial", Net: network, Err: ctx.Err()}
		}
		began := time.Now()
		_, err := Open(t.Context(), Config{Brokers: []string{"wall:9092", "wall:9093"}, Dial: dial})
		if err == nil || !strings.Contains(err.Error(), "firewall") || strings.Contains(err.Error(), "\n") || time.Since(began) > 5*time.Second {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
	})
}

func TestADeadMachineSaysNoGoodbyeUnderTLS(t *testing.T) {
	a := newAuthority(t)
	synctest.Test(t, func(t *testing.T) {
		client, server := net.Pipe()
		defer server.Close()
		h := newBlackhole(func(context.Context, string, string) (net.Conn, error) { return client, nil })
		defer h.Release()
		go func() {
			broker := tls.Server(server, &tls.Config{Certificates: []tls.Certificate{a.pair(nil)}})
			_, _ = broker.Read(make([]byte, 16))
		}()
		conn, err := Security{TLS: &tls.Config{RootCAs: a.pool()}}.over(h.DialContext)(t.Context(), "tcp", "localhost:9094")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Write([]byte("a last word")); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		h.Cut()
		conn.Close()
		if err := server.SetReadDeadline(time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if n, err := server.Read(make([]byte, 16)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("the broker heard %d bytes, %v; want nothing", n, err)
		}
	})
}

func TestTLS(t *testing.T) {
	t.Parallel()
	ours, theirs := newAuthority(t), newAuthority(t)
	serve := func(change func(*x509.Certificate)) []string {
		return foreign(t, kfake.TLS(&tls.Config{Certificates: []tls.Certificate{ours.pair(change)}}))
	}
	trusting := func(a authority) Security { return Security{TLS: &tls.Config{RootCAs: a.pool()}} }
	good := serve(nil)
	c, err := Open(t.Context(), Config{Brokers: good, Security: trusting(ours)})
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	turnedAway(t, good, Security{}, "it speaks TLS", "--tls")
	turnedAway(t, foreign(t), trusting(ours), "does not speak TLS", "leave --tls out")
	turnedAway(t, good, trusting(theirs), "authority", "--tls-ca")
	turnedAway(t, serve(func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = []string{"kafka.example"}, nil }), trusting(ours),
		"for kafka.example", "not for 127.0.0.1")
	turnedAway(t, serve(func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2002, 2, 3, 0, 0, 0, 0, time.UTC)
	}), trusting(ours), "expired on 2002-02-03")
}

func TestClientCertificates(t *testing.T) {
	t.Parallel()
	ours, theirs := newAuthority(t), newAuthority(t)
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		strict := foreign(t, kfake.TLS(&tls.Config{
			Certificates: []tls.Certificate{ours.pair(nil)}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: ours.pool(),
			MaxVersion: version,
		}))
		with := func(certificates ...tls.Certificate) Security {
			return Security{TLS: &tls.Config{RootCAs: ours.pool(), Certificates: certificates}}
		}
		turnedAway(t, strict, with(), "demands a client certificate", "--tls-cert")
		c, err := Open(t.Context(), Config{Brokers: strict, Security: with(ours.pair(nil))})
		if err != nil {
			t.Fatal(err)
		}
		c.Close()
		turnedAway(t, strict, Security{TLS: &tls.Config{RootCAs: ours.pool(), GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			pair := theirs.pair(nil)
			return &pair, nil
		}}}, "does not accept the client certificate")
	}
}

func TestLogins(t *testing.T) {
	t.Parallel()
	brokers := foreign(t, kfake.EnableSASL(), kfake.Superuser("SCRAM-SHA-256", "teacher", "sesame"),
		kfake.Superuser("SCRAM-SHA-512", "teacher", "sesame"), kfake.Superuser("PLAIN", "teacher", "sesame"))
	turnedAway(t, brokers, Security{}, "only who logs in", "--sasl", "SCRAM-SHA-512")
	for _, m := range Mechanisms() {
		as := func(user, password string) Security {
			return Security{Mechanism: m, User: user, Password: NewSecret(password)}
		}
		c, err := Open(t.Context(), Config{Brokers: brokers, Security: as("teacher", "sesame")})
		if err != nil {
			t.Fatal(m, err)
		}
		c.Close()
		turnedAway(t, brokers, as("teacher", "open sesame"), "teacher", "password is wrong")
		turnedAway(t, brokers, as("pupil", "sesame"), "pupil", "user or the password is wrong")
	}
	turnedAway(t, brokers, Security{Mechanism: "GSSAPI"}, "does not offer SASL GSSAPI", "PLAIN")
}

func TestAnAdvertisedAddressThatLeadsNowhereIsNamed(t *testing.T) {
	t.Parallel()
	var seed []string
	foreign(t, kfake.ListenFn(func(network, _ string) (net.Listener, error) {
		l, err := net.Listen(network, "127.0.0.1:0")
		seed = append(seed, l.Addr().String())
		return advertised{l}, err
	}))
	turnedAway(t, seed, Security{}, "kafka.invalid", "does not resolve", "advertised.listeners", "Docker")
}

// advertised is a listener that tells a name which nobody knows.
type advertised struct{ net.Listener }

func (a advertised) Addr() net.Addr {
	_, port, _ := net.SplitHostPort(a.Listener.Addr().String())
	return named(net.JoinHostPort("kafka.invalid", port))
}

type named string

func (named) Network() string  { return "tcp" }
func (n named) String() string { return string(n) }

func TestErrorsOfTheWayKeepTheirCause(t *testing.T) {
	t.Parallel()
	_, err := Open(t.Context(), Config{Brokers: []string{"kafka.invalid:1"}})
	var unknown *net.DNSError
	if !errors.As(err, &unknown) {
		t.Errorf("%v has lost its cause", err)
	}
}
