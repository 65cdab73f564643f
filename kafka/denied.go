package kafka

import (
	"errors"
	"strings"

	"github.com/twmb/franz-go/pkg/kerr"
)

// deniedError is a refusal by the cluster's ACLs in words. It keeps the refusal itself for errors.Is.
type deniedError struct {
	words string
	err   error
}

func (d *deniedError) Error() string { return d.words }
func (d *deniedError) Unwrap() error { return d.err }

// inWords says what a user lacks whom the cluster's ACLs refuse something. Other errors it returns as they are.
func inWords(err error) error {
	if d := (*deniedError)(nil); errors.As(err, &d) {
		return err
	}
	for code, words := range map[*kerr.Error]string{
		kerr.TopicAuthorizationFailed:           "the cluster gives this user no right to it: its owner can allow it on the topic with kafka-acls",
		kerr.GroupAuthorizationFailed:           "the cluster does not let this user into the group: its owner can allow it to read the group with kafka-acls",
		kerr.TransactionalIDAuthorizationFailed: "the cluster does not let this user write transactions: its owner can allow it to write the transactional id with kafka-acls",
		kerr.ClusterAuthorizationFailed:         "the cluster does not let this user do that: its owner can allow it on the cluster with kafka-acls",
	} {
		if errors.Is(err, code) {
			// What was tried, on what, stands before the code.
			return &deniedError{strings.ReplaceAll(err.Error(), code.Error(), words), err}
		}
	}
	return err
}
