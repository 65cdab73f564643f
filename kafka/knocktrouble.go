package kafka

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"syscall"
	"time"

	"blackfriday/kafka/phrase"
)

func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.As(err, &timeout) && timeout.Timeout() || errors.Is(err, context.DeadlineExceeded)
}

// quiet is a cause that an error keeps for errors.As and does not repeat.
type quiet struct{ error }

func (quiet) Error() string   { return "" }
func (q quiet) Unwrap() error { return q.error }

// dialTrouble says why there is no connection.
func dialTrouble(ctx context.Context, address string, err error) error {
	host, _, splitErr := net.SplitHostPort(address)
	if splitErr != nil {
		host = address
	}
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return phrase.Errorf("the name %s does not resolve: is it spelled right, and known to this machine%w?", host, quiet{dns})
	case errors.As(err, &dns):
		return phrase.Errorf("the name %s could not be looked up: %s%w", host, dns.Err, quiet{dns})
	case errors.Is(err, syscall.ECONNREFUSED):
		return phrase.Errorf("nothing listens there: is the port right, and does the broker run?")
	case ctx.Err() != nil || isTimeout(err):
		return phrase.Errorf("the connection is not accepted in time: is the address right, and no firewall in between?")
	}
	return err
}

// tlsTrouble says why the handshake failed.
func (k knocker) tlsTrouble(ctx context.Context, address string, err error) error {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &unknown):
		return phrase.Errorf("its certificate is signed by an authority that is not known here: give that authority's certificate with --tls-ca FILE")
	case errors.As(err, &name):
		return nameTrouble(name)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return expiryTrouble(invalid.Cert)
	case isAlert(err):
		return k.alertTrouble(ctx, address, err)
	case k.answersPlainly(ctx, address):
		return phrase.Errorf("it does not speak TLS on this port: leave --tls out, or use the port of its TLS listener")
	case ctx.Err() != nil || isTimeout(err):
		return phrase.Errorf("it is silent in the TLS handshake: is that the TLS port of a Kafka broker?")
	}
	return phrase.Errorf("the TLS handshake fails: %w", err)
}

// nameTrouble: the certificate belongs to another name.
func nameTrouble(err x509.HostnameError) error {
	names := err.Certificate.DNSNames
	for _, ip := range err.Certificate.IPAddresses {
		names = append(names, ip.String())
	}
	return phrase.Errorf("its certificate is for %s and not for %s: connect by a name that stands in it", listed(names), err.Host)
}

func expiryTrouble(certificate *x509.Certificate) error {
	if time.Now().Before(certificate.NotBefore) {
		return phrase.Errorf("its certificate is valid from %s on: is this machine's clock right?", certificate.NotBefore.Format(time.DateTime))
	}
	return phrase.Errorf("its certificate expired on %s: the broker needs a new one", certificate.NotAfter.Format(time.DateTime))
}

// isAlert says that the other side ended TLS and said why. crypto/tls has no exported type for that.
func isAlert(err error) bool {
	var remote *net.OpError
	return errors.As(err, &remote) && remote.Op == "remote error"
}

// alertTrouble says what the broker has against this client. Under TLS 1.3 it comes with the first answer only, and the
// words of alerts differ from one TLS library to the other: what counts is whether it asked for a certificate.
func (k knocker) alertTrouble(ctx context.Context, address string, err error) error {
	config := k.security.TLS
	switch own := len(config.Certificates) > 0 || config.GetClientCertificate != nil; {
	case !k.asksWho(ctx, address):
		return phrase.Errorf("it ends TLS: %w", err)
	case own:
		return phrase.Errorf("it does not accept the client certificate of --tls-cert: %w", err)
	}
	return phrase.Errorf("it demands a client certificate: give one with --tls-cert FILE and --tls-key FILE")
}

// asksWho says whether the broker asks for a client certificate.
func (k knocker) asksWho(ctx context.Context, address string) (asks bool) {
	conn, err := k.dial(ctx, "tcp", address)
	if err != nil {
		return false
	}
	config := k.security.TLS.Clone()
	config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		asks = true
		return &tls.Certificate{}, nil
	}
	if secured, err := handshake(ctx, conn, config, address); err == nil {
		secured.Close() //nolint:errcheck // it was for asking only
	}
	return asks
}

// greetingTrouble says why Kafka's first question was not answered.
func (k knocker) greetingTrouble(ctx context.Context, address string, err error) error {
	switch {
	case k.security.TLS != nil && isAlert(err):
		return k.alertTrouble(ctx, address, err)
	case k.security.TLS == nil && k.answersTLS(ctx, address):
		return phrase.Errorf("it speaks TLS on this port: add --tls, and --tls-ca FILE if its authority is a private one")
	case ctx.Err() != nil || isTimeout(err):
		return phrase.Errorf("it accepts the connection and stays silent: is that the port of a Kafka broker?")
	case errors.Is(err, errNoKafka):
		return err
	}
	return phrase.Errorf("it ends the connection at Kafka's first question: %w", hangUp(err))
}

// strangerTrouble says why a client that did not log in gets no answer.
func (k knocker) strangerTrouble(ctx context.Context, address string, err error) error {
	if offered := k.offered(ctx, address); len(offered) > 0 {
		return phrase.Errorf("it answers only who logs in: add --sasl, one of %s, and --user", listed(offered))
	}
	return k.silence(ctx, phrase.New("it greets and answers no question"), hangUp(err))
}

// hangUp is what io.EOF means on a connection.
func hangUp(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) {
		return phrase.Errorf("it hangs up")
	}
	return err
}

// offered are the mechanisms with which one can log in.
func (k knocker) offered(ctx context.Context, address string) []string {
	conn, err := k.security.over(k.dial)(ctx, "tcp", address)
	if err != nil {
		return nil
	}
	defer conn.Close() //nolint:errcheck // it was for asking only
	talk := newTalk(ctx, conn)
	defer talk.end()
	// No broker has a mechanism without a name: it answers with those that it has.
	offered, _ := talk.choose("")
	return offered
}

// answersPlainly says that a broker speaks plain text at an address.
func (k knocker) answersPlainly(ctx context.Context, address string) bool {
	conn, err := k.dial(ctx, "tcp", address)
	if err != nil {
		return false
	}
	defer conn.Close() //nolint:errcheck // it was for asking only
	return greet(ctx, conn) == nil
}

// answersTLS says that a TLS server is at an address, whoever it is.
func (k knocker) answersTLS(ctx context.Context, address string) bool {
	conn, err := k.dial(ctx, "tcp", address)
	if err != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	secured, err := handshake(ctx, conn, &tls.Config{InsecureSkipVerify: true}, address) //nolint:gosec // nothing is told to it
	if err != nil {
		return isAlert(err)
	}
	secured.Close() //nolint:errcheck // it was for asking only
	return true
}
