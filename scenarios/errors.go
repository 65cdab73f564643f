package scenarios

import "errors"

// ErrInterrupted is why a play ended when its context did.
var ErrInterrupted = errors.New("interrupted")

// errTooLate is why a step ended that took longer than it may.
var errTooLate = errors.New("too late")
