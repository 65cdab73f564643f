package kafka

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"strings"

	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"

	"blackfriday/kafka/phrase"
)

// Mechanism is how a client proves who it is, by its name in Kafka (RFC 4616, RFC 5802).
type Mechanism string

// The SASL mechanisms. Plain sends the password itself, the others a proof of it.
const (
	Plain       Mechanism = "PLAIN"
	ScramSHA256 Mechanism = "SCRAM-SHA-256"
	ScramSHA512 Mechanism = "SCRAM-SHA-512"
)

// Mechanisms lists every Mechanism.
func Mechanisms() []Mechanism { return []Mechanism{Plain, ScramSHA256, ScramSHA512} }

// ParseMechanism reads a Mechanism as the --sasl flag gives it, in any case. The error names those that exist.
func ParseMechanism(s string) (Mechanism, error) {
	names := make([]string, 0, len(Mechanisms()))
	for _, m := range Mechanisms() {
		if strings.EqualFold(s, string(m)) {
			return m, nil
		}
		names = append(names, strings.ToLower(string(m)))
	}
	return "", phrase.Errorf("no SASL mechanism is named %q: there are %s", s, strings.Join(names, ", "))
}

// Secret is a text that nothing prints: not fmt, not slog, not encoding/json. The zero Secret is empty.
type Secret struct{ reveal func() string } // a function, because fmt reads unexported strings too

// NewSecret keeps a text secret.
func NewSecret(text string) Secret { return Secret{func() string { return text }} }

// Reveal gives the text.
func (s Secret) Reveal() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// String never tells the secret.
func (s Secret) String() string { return "***" }

// GoString never tells the secret.
func (s Secret) GoString() string { return "kafka.Secret(***)" }

// LogValue never tells the secret.
func (s Secret) LogValue() slog.Value { return slog.StringValue("***") }

// MarshalText never tells the secret.
func (s Secret) MarshalText() ([]byte, error) { return []byte("***"), nil }

// Security is how the brokers prove who they are, and the client who it is. The zero Security is plain text and nobody.
type Security struct {
	// TLS encrypts, and says whom to trust and which certificate to show; nil means plain text. The name that a broker's
	// certificate must have is that of its address.
	TLS *tls.Config
	// Mechanism is the way to log in; empty means that nobody does.
	Mechanism Mechanism
	User      string
	Password  Secret
}

// mechanism is the one to log in with; nil when there is none.
func (s Security) mechanism() sasl.Mechanism {
	switch s.Mechanism {
	case Plain:
		return plain.Auth{User: s.User, Pass: s.Password.Reveal()}.AsMechanism()
	case ScramSHA256:
		return scram.Auth{User: s.User, Pass: s.Password.Reveal()}.AsSha256Mechanism()
	case ScramSHA512:
		return scram.Auth{User: s.User, Pass: s.Password.Reveal()}.AsSha512Mechanism()
	}
	return nil
}

// String says what is in force, in words; never the password.
func (s Security) String() string {
	words := "plain text"
	if s.TLS != nil {
		words = "TLS"
	}
	if s.Mechanism != "" {
		words += fmt.Sprintf(", %s as %s", s.Mechanism, s.User)
	}
	return words
}

// GoString is String: a tls.Config in full would show private keys.
func (s Security) GoString() string { return "kafka.Security(" + s.String() + ")" }

// LogValue is String, for logs.
func (s Security) LogValue() slog.Value { return slog.StringValue(s.String()) }
