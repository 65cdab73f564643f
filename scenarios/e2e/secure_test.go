package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"blackfriday/kafka/realtest"
)

// certificate makes a certificate for 127.0.0.1 that its own authority signed. It writes what a client trusts and what a broker
// shows to files, and returns their names.
func certificate(t *testing.T) (authority, keystore string) {
	t.Helper()
	sign := func(c, parent *x509.Certificate, signer *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		c.SerialNumber, c.Subject = big.NewInt(time.Now().UnixNano()), pkix.Name{CommonName: "blackfriday test"}
		c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
		if parent == nil {
			parent, signer = c, key
		}
		der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
		if err != nil {
			t.Fatal(err)
		}
		signed, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return signed, key
	}
	ca, caKey := sign(&x509.Certificate{IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}, nil, nil)
	own, key := sign(&x509.Certificate{
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, ca, caKey)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind string, der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}) }
	trusted := block("CERTIFICATE", ca.Raw)
	return file(t, "ca.pem", trusted), file(t, "broker.pem", slices.Concat(block("PRIVATE KEY", secret), block("CERTIFICATE", own.Raw), trusted))
}

// file writes a file that goes with the test.
func file(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// locked starts a real broker whose clients log in as teacher with the password sesame, by every mechanism that the program
// has.
func locked(t *testing.T, security string, more map[string]string) *realtest.Cluster {
	t.Helper()
	settings := map[string]string{
		"listener.name.client.sasl.enabled.mechanisms":        "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
		"listener.name.client.plain.sasl.jaas.config":         `org.apache.kafka.common.security.plain.PlainLoginModule required user_teacher="sesame";`,
		"listener.name.client.scram-sha-256.sasl.jaas.config": "org.apache.kafka.common.security.scram.ScramLoginModule required;",
		"listener.name.client.scram-sha-512.sasl.jaas.config": "org.apache.kafka.common.security.scram.ScramLoginModule required;",
	}
	for name, value := range more {
		settings[name] = value
	}
	return realtest.Start(t, realtest.Options{Security: security, Properties: settings, Scram: []string{
		"SCRAM-SHA-256=[name=teacher,password=sesame]", "SCRAM-SHA-512=[name=teacher,password=sesame]",
	}})
}

// turnedAway fails unless the program ends within 5 seconds with a sentence that has these words. A machine with other work to do
// may be slower twice.
func turnedAway(t *testing.T, c *realtest.Cluster, want string, args ...string) {
	t.Helper()
	var said string
	var code int
	took := time.Hour
	for try := 0; try < 3 && took > 5*time.Second; try++ {
		began := time.Now()
		_, said, code = run(t, 20*time.Second, "", program(t), append([]string{"serve", "--yes", "--brokers", c.Brokers()[0]}, args...)...)
		took = time.Since(began)
	}
	if took > 5*time.Second {
		t.Errorf("%q ended after %v", args, took)
	}
	if code != 1 || !strings.Contains(said, want) || strings.Count(said, "\n") != 1 || strings.Contains(said, "sesame") {
		t.Errorf("%q ended with %d and said %q, want %q", args, code, said, want)
	}
}

// worksOn runs a lab as the flags say, in which a payment becomes an order.
func worksOn(t *testing.T, c *realtest.Cluster, args ...string) {
	t.Helper()
	s := serve(t, append([]string{"--yes", "--brokers", c.Brokers()[0], "--delay", "0s", "--orders", "1"}, args...)...)
	before := get(t, s.Orders+"/orders")
	post(t, s, http.StatusOK, goodPayment)
	eventually(t, time.Minute, func() (bool, string) {
		orders := get(t, s.Orders+"/orders")
		return orders != before, orders
	})
	s.stop(t, syscall.SIGTERM)
	if strings.Contains(s.logs.String(), "sesame") {
		t.Error("the password is in the log")
	}
}

// TestEncryptedAndLoggedIn on a real Kafka: TLS with a private authority, and every way to log in.
func TestEncryptedAndLoggedIn(t *testing.T) {
	t.Parallel()
	program(t)
	authority, keystore := certificate(t)
	stranger, _ := certificate(t)
	right, wrong := file(t, "right", []byte("sesame\n")), file(t, "wrong", []byte("open up\n"))
	c := locked(t, "SASL_SSL", map[string]string{
		"listener.name.client.ssl.keystore.type": "PEM", "listener.name.client.ssl.keystore.location": keystore,
	})
	login := func(mechanism, password string) []string {
		return []string{"--tls-ca", authority, "--sasl", mechanism, "--user", "teacher", "--password-file", password}
	}
	for _, mechanism := range []string{"plain", "scram-sha-256", "scram-sha-512"} {
		turnedAway(t, c, "password", login(mechanism, wrong)...)
	}
	turnedAway(t, c, "--tls-ca", "--tls-ca", stranger, "--sasl", "plain", "--user", "teacher", "--password-file", right)
	turnedAway(t, c, "--tls-ca", "--tls", "--sasl", "plain", "--user", "teacher", "--password-file", right)
	turnedAway(t, c, "add --tls", "--sasl", "plain", "--user", "teacher", "--password-file", right)
	turnedAway(t, c, "add --sasl, one of", "--tls-ca", authority)
	worksOn(t, c, login("scram-sha-256", right)...)
	worksOn(t, c, login("scram-sha-512", right)...)
	_, said, code := run(t, time.Minute, "", program(t), append([]string{"cleanup", "--yes", "--brokers", c.Brokers()[0]}, login("plain", right)...)...)
	if left, err := c.Tool(t.Context(), "topics", "--list", "--exclude-internal"); code != 0 || err != nil || strings.TrimSpace(left) != "" {
		t.Errorf("cleanup by PLAIN ended with %d and left %q (%v): %s", code, left, err, said)
	}
}

// TestLoggedInWithoutEncryption is what a classroom's cluster has, on a real Kafka.
func TestLoggedInWithoutEncryption(t *testing.T) {
	t.Parallel()
	program(t)
	right, wrong := file(t, "right", []byte("sesame\n")), file(t, "wrong", []byte("open up\n"))
	c := locked(t, "SASL_PLAINTEXT", nil)
	turnedAway(t, c, "password", "--sasl", "scram-sha-256", "--user", "teacher", "--password-file", wrong)
	turnedAway(t, c, "does not speak TLS", "--tls", "--sasl", "scram-sha-256", "--user", "teacher", "--password-file", right)
	worksOn(t, c, "--sasl", "scram-sha-256", "--user", "teacher", "--password-file", right)
}
