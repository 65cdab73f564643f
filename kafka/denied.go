package kafka

import (
	"errors"
	"strings"

	"github.com/twmb/franz-go/pkg/kerr"

	"blackfriday/kafka/phrase"
)

// deniedError is a refusal by the cluster's ACLs in words. It keeps the refusal itself for errors.Is.
type deniedError struct {
	code  *kerr.Error
	words phrase.Phrase
	err   error
}

func (d *deniedError) Error() string { return d.In(nil) }

// In implements phrase.Speaker: what was tried, on what, stands before the code.
func (d *deniedError) In(l *phrase.Language) string {
	return strings.ReplaceAll(phrase.Say(l, d.err), d.code.Error(), d.words.In(l))
}

func (d *deniedError) Unwrap() error { return d.err }

// inWords says what a user lacks whom the cluster's ACLs refuse something. Other errors it returns as they are.
func inWords(err error) error {
	if d := (*deniedError)(nil); errors.As(err, &d) {
		return err
	}
	for code, words := range map[*kerr.Error]phrase.Phrase{
		kerr.TopicAuthorizationFailed:           phrase.New("the cluster gives this user no right to it: its owner can allow it on the topic with kafka-acls"),
		kerr.GroupAuthorizationFailed:           phrase.New("the cluster does not let this user into the group: its owner can allow it to read the group with kafka-acls"),
		kerr.TransactionalIDAuthorizationFailed: phrase.New("the cluster does not let this user write transactions: its owner can allow it to write the transactional id with kafka-acls"),
		kerr.ClusterAuthorizationFailed:         phrase.New("the cluster does not let this user do that: its owner can allow it on the cluster with kafka-acls"),
	} {
		if errors.Is(err, code) {
			return &deniedError{code, words, err}
		}
	}
	return err
}
