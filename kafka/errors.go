package kafka

import (
	"time"

	"blackfriday/kafka/phrase"
)

// ErrUnknownOutcome is wrapped by the error of a write that was not answered in time: the record may or may not have
// reached the brokers.
var ErrUnknownOutcome = phrase.Errorf("the brokers did not answer in time: outcome unknown")

// ErrNotWritten is wrapped by the error of a write that certainly did not reach the brokers: nothing was sent to them since
// it was asked for.
var ErrNotWritten = phrase.Errorf("the brokers did not answer: nothing was written")

// ErrNoBroker is wrapped by the error of a question that no broker answered.
var ErrNoBroker = phrase.Errorf("no broker answers")

// ErrLogin is wrapped by the error of Open when the brokers do not let its user in.
var ErrLogin = phrase.Errorf("the user or the password is wrong")

// ErrNoAnswer is wrapped by the error of what one broker was asked, and did not answer in time.
var ErrNoAnswer = phrase.Errorf("the broker does not answer")

// ErrTooLarge is wrapped by the error of a write that the client or the broker refused for its size. Trying again
// cannot help.
var ErrTooLarge = phrase.Errorf("record larger than the topic takes")

// TopicGoneError is wrapped by the error of a write to a topic that is not there, or not any more. Nothing was written.
type TopicGoneError struct{ Topic string } // as the brokers know it

// Error says what to do.
func (g *TopicGoneError) Error() string { return g.In(nil) }

// In implements phrase.Speaker.
func (g *TopicGoneError) In(l *phrase.Language) string {
	return phrase.New("there is no topic %s any more: create it with blackfriday topics create %s --partitions 3", g.Topic, g.Topic).In(l)
}

// LaterError as the error of a Handler says when the rest of its batch is to be handed over again. The member's other
// partitions take their turns meanwhile. It is no failure of the member: nobody is told.
type LaterError struct {
	After time.Duration
	Err   error // why not now
}

// Error is that of the cause.
func (l *LaterError) Error() string { return l.Err.Error() }

// Unwrap is the cause.
func (l *LaterError) Unwrap() error { return l.Err }

// FatalError as the error of a Handler ends the member as if its process had died of the error: nothing more is committed, and
// the group is not told. Run returns it.
type FatalError struct{ Err error }

// Error is that of the cause.
func (f *FatalError) Error() string { return f.Err.Error() }

// Unwrap is the cause.
func (f *FatalError) Unwrap() error { return f.Err }
