package kafka

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"

	"blackfriday/kafka/phrase"
)

// Classroom opens the embedded brokers to other machines. Whoever connects logs in with SCRAM-SHA-256 (RFC 5802), as a
// student, who may be an order consumer and nothing else, or as a teacher, who may do everything. Nothing is encrypted.
type Classroom struct {
	// Host is a name or an IP address of this machine: the brokers listen there, and that is what clients are told.
	Host string
	// Code is the password of StudentUser: see NewJoinCode.
	Code Secret
	// Teacher is the password of TeacherUser. Empty: a random one, which this process alone knows.
	Teacher Secret
}

// The users of a classroom.
const (
	StudentUser = "student"
	TeacherUser = "teacher"
)

const (
	// minCode is how long a join code is at least, spaces and dashes apart: they do not matter.
	minCode = 6
	// codeLength is how many letters and digits NewJoinCode chooses.
	codeLength = 8
)

// codeLetters are the letters of a join code: none of them can be mistaken for another on a projector.
const codeLetters = "abcdefghjkmnpqrstuvwxyz23456789"

// NewJoinCode returns a random code of eight letters and digits, as "kx7f-m3qp". There are 8·10¹¹ of them: whoever tries
// ten thousand a second finds it within a day with a chance of one in a thousand.
func NewJoinCode() Secret {
	var code strings.Builder
	for code.Len() <= codeLength { // and a dash
		if code.Len() == codeLength/2 {
			code.WriteByte('-')
		}
		// Bytes beyond the last whole multiple are thrown away, so that every letter is as likely.
		var b [1]byte
		_, _ = rand.Read(b[:]) // it never fails
		if int(b[0]) < 256/len(codeLetters)*len(codeLetters) {
			code.WriteByte(codeLetters[int(b[0])%len(codeLetters)])
		}
	}
	return NewSecret(code.String())
}

// SameJoinCode says whether people mean the code by what they type: capitals, spaces and dashes do not matter. How long it
// takes tells nothing of the code.
func SameJoinCode(code Secret, typed string) bool {
	// Of one length, so that the comparison tells nothing of it.
	want, got := sha256.Sum256([]byte(plainCode(code.Reveal()))), sha256.Sum256([]byte(plainCode(typed)))
	return subtle.ConstantTimeCompare(want[:], got[:]) == 1
}

// ReadJoinCodes are the codes that people may mean by what they type, the likeliest first: that very text, which is how a
// teacher's own code is known to the brokers, then one of NewJoinCode without regard to capitals, spaces and dashes, then such
// a one of the teacher's.
func ReadJoinCodes(typed string) []Secret {
	plain := plainCode(typed)
	codes := []string{typed, plain}
	if half := codeLength / 2; len(plain) == codeLength {
		codes = []string{typed, plain[:half] + "-" + plain[half:], plain}
	}
	var all []Secret
	for i, code := range codes {
		if !slices.Contains(codes[:i], code) {
			all = append(all, NewSecret(code))
		}
	}
	return all
}

// plainCode is a code without what does not matter.
func plainCode(typed string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "-", "").Replace(typed))
}

// check refuses what cannot work and gives the teacher a password.
func (r Classroom) check(brokers []string) (Classroom, error) {
	switch {
	case len(brokers) > 0:
		return r, phrase.Errorf("--listen belongs to the embedded cluster: leave it out, or --brokers")
	case len(plainCode(r.Code.Reveal())) < minCode:
		return r, phrase.Errorf("a join code of %d characters is too short: at least %d, spaces and dashes apart", len(plainCode(r.Code.Reveal())), minCode)
	}
	if r.Teacher.Reveal() == "" {
		r.Teacher = NewSecret(rand.Text())
	}
	return r, nil
}

// teacher is how this process logs in.
func (r Classroom) teacher() Security {
	return Security{Mechanism: ScramSHA256, User: TeacherUser, Password: r.Teacher}
}

// options are what kfake is told of a classroom.
func (r *Classroom) options() []kfake.Opt {
	if r == nil {
		return nil
	}
	return []kfake.Opt{
		kfake.EnableSASL(), kfake.EnableACLs(),
		kfake.Superuser(string(ScramSHA256), TeacherUser, r.Teacher.Reveal()),
		kfake.User(string(ScramSHA256), StudentUser, r.Code.Reveal()),
	}
}

// host is what clients are told; empty means that of the loopback.
func (r *Classroom) host() string {
	if r == nil {
		return ""
	}
	return r.Host
}

// listen opens the ports of the classroom where kfake asks for ones of the loopback.
func (r *Classroom) listen(base func(network, address string) (net.Listener, error)) func(network, address string) (net.Listener, error) {
	if r == nil {
		return base
	}
	return func(network, address string) (net.Listener, error) {
		_, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		return base(network, net.JoinHostPort(r.Host, port))
	}
}

// admit gives students their rights: to be order consumers, and nothing else. That they may look at the brokers' settings
// is how a member learns the group's timeouts. Until then they have none.
func (c *Cluster) admit(ctx context.Context) error {
	if c.cfg.Classroom == nil {
		return nil
	}
	may := func(operations ...kadm.ACLOperation) *kadm.ACLBuilder {
		return kadm.NewACLs().Allow("User:" + StudentUser).AllowHosts().ResourcePatternType(kadm.ACLPatternLiteral).Operations(operations...)
	}
	for _, rights := range []*kadm.ACLBuilder{
		may(kadm.OpRead).Groups(c.names.full(OrderGroup)),
		may(kadm.OpRead).Topics(c.names.full(PaymentSuccessful)),
		may(kadm.OpWrite).Topics(c.names.full(OrderCreated), c.names.full(DLQPayment)),
		may(kadm.OpDescribeConfigs).Clusters(),
	} {
		given, err := c.admin.CreateACLs(ctx, rights)
		for _, g := range given {
			err = errors.Join(err, g.Err)
		}
		if err != nil {
			return phrase.Errorf("give students their rights: %w", err)
		}
	}
	return nil
}
