package scenarios

import "blackfriday/kafka/phrase"

// ErrInterrupted is why a play ended when its context did.
var ErrInterrupted = phrase.Errorf("interrupted")

// errTooLate is why a step ended that took longer than it may.
var errTooLate = phrase.Errorf("too late")
