package guard

import (
	"encoding/binary"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

const (
	// maxLogin is far above any request of a login. Who has not logged in makes nobody hold more than that.
	maxLogin = 16 << 10
	// scramRounds are the answers that end a login with SCRAM (RFC 5802): the challenge, and the server's own proof.
	scramRounds = 2
	// farewell is how long a peer whose login failed may take to hear it.
	farewell = time.Second
)

// login is how far a connection has come with its login.
type login struct {
	mu     sync.Mutex
	rounds int // answers of success
	// asked is an Authenticate request that has no answer yet.
	asked    bool
	id       int32
	version  int16
	answered bool // the failure was told
}

// allowed judges a request by its header, as long as nobody has logged in.
func (g *login) allowed(size uint32, key int16) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.rounds >= scramRounds {
		return nil
	}
	switch key {
	case kmsg.ApiVersions.Int16(), kmsg.SASLHandshake.Int16(), kmsg.SASLAuthenticate.Int16():
		if size <= maxLogin {
			return nil
		}
	}
	return refusal("API key %d with %d bytes before a login", key, size)
}

// expect notes a request of which kfake says nothing when it fails: it just closes the connection.
func (g *login) expect(frame []byte) {
	if apiKey(frame[sizeBytes:]) != kmsg.SASLAuthenticate.Int16() || len(frame) < correlationAt+4 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.asked, g.id, g.version = true, int32(binary.BigEndian.Uint32(frame[correlationAt:])), apiVersion(frame[sizeBytes:])
}

// hear follows what kfake answers.
func (g *login) hear(response []byte) {
	if len(response) < sizeBytes+4 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.asked || int32(binary.BigEndian.Uint32(response[sizeBytes:])) != g.id {
		return
	}
	g.asked = false
	body := response[sizeBytes+4:]
	if g.version >= flexibleAuthenticate && len(body) > 0 {
		body = body[1:] // the header's tags, of which kfake sends none
	}
	if len(body) >= 2 && binary.BigEndian.Uint16(body) == 0 {
		g.rounds++
	}
}

// flexibleAuthenticate is the first version of SaslAuthenticate with tagged fields.
const flexibleAuthenticate = 2

// failure is the answer that kfake does not give to a login that fails; nil when none is due.
func (g *login) failure() []byte {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.asked || g.answered || g.version > flexibleAuthenticate {
		return nil
	}
	g.answered = true
	why := "the user or the password is wrong"
	response := kmsg.NewPtrSASLAuthenticateResponse()
	response.SetVersion(g.version)
	response.ErrorCode, response.ErrorMessage = kerr.SaslAuthenticationFailed.Code, &why
	answer := binary.BigEndian.AppendUint32(make([]byte, sizeBytes), uint32(g.id))
	if response.IsFlexible() {
		answer = append(answer, 0)
	}
	answer = response.AppendTo(answer)
	binary.BigEndian.PutUint32(answer, uint32(len(answer)-sizeBytes))
	return answer
}

// tellFailure answers a login that failed before the connection is closed.
func (c *conn) tellFailure() {
	if answer := c.login.failure(); answer != nil {
		c.SetWriteDeadline(time.Now().Add(farewell)) //nolint:errcheck // the write says what is wrong
		c.Conn.Write(answer)                         //nolint:errcheck // whoever has gone does not hear it
	}
}

// OfferHandshake is a Rewrite of ApiVersions' responses. librdkafka logs in only where version 0 of SaslHandshake is
// offered, though it sends a newer one; kfake offers version 1 alone.
func OfferHandshake(version int16, body []byte) []byte {
	response := kmsg.NewPtrApiVersionsResponse()
	response.SetVersion(version)
	if response.ReadFrom(body) != nil || response.ErrorCode != 0 {
		return body
	}
	for i := range response.ApiKeys {
		if response.ApiKeys[i].ApiKey == kmsg.SASLHandshake.Int16() {
			response.ApiKeys[i].MinVersion = 0
		}
	}
	return response.AppendTo(nil)
}

// OfferScram is a Rewrite of SaslHandshake's responses where students log in: kfake offers also what no user of it has.
func OfferScram(version int16, body []byte) []byte {
	response := kmsg.NewPtrSASLHandshakeResponse()
	response.SetVersion(version)
	if response.ReadFrom(body) != nil || len(response.SupportedMechanisms) == 0 {
		return body
	}
	response.SupportedMechanisms = []string{"SCRAM-SHA-256"}
	return response.AppendTo(nil)
}
