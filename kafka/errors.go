package kafka

import "errors"

// ErrUnknownOutcome is wrapped by the error of a write that was not answered in time: the record may or may not have
// reached the brokers.
var ErrUnknownOutcome = errors.New("the brokers did not answer in time: outcome unknown")

// ErrTooLarge is wrapped by the error of a write that the client or the broker refused for its size. Trying again
// cannot help.
var ErrTooLarge = errors.New("record larger than the topic takes")
