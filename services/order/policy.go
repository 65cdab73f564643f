package order

import (
	"sync/atomic"
	"time"

	"blackfriday/kafka"
)

// Remedy is what an instance does with a payment that does not pass the validator.
type Remedy string

// The remedies. An order that is too large for its topic goes to the DLQ under every one of them: that is found out
// when it is written, long after the payment was judged.
const (
	ToDLQ        Remedy = "dlq"       // write it to the dead letter queue and go on
	RetryThenDLQ Remedy = "retry-dlq" // try it a few times, each pause twice the last, then as ToDLQ
	Retry        Remedy = "retry"     // try it again for ever; what stands behind it in its partition waits
	Crash        Remedy = "crash"     // die of it, like a program without error handling
)

// Policy is the remedy that all instances share. They look at every attempt, so that a change frees a partition that
// waits at its next one. The zero value is ToDLQ. It is safe for use by several goroutines at once.
type Policy struct{ rule atomic.Pointer[rule] }

// Set changes the remedy for every attempt from now on. attempts is how often RetryThenDLQ tries a payment in all; below
// 1 it is 1. A Remedy that does not exist is ToDLQ.
func (p *Policy) Set(remedy Remedy, attempts int) {
	p.rule.Store(&rule{remedy: remedy, attempts: max(1, attempts)})
}

// Load returns the remedy, and how often RetryThenDLQ tries a payment in all.
func (p *Policy) Load() (remedy Remedy, attempts int) {
	r := p.load()
	return r.remedy, r.attempts
}

func (p *Policy) load() rule {
	if r := p.rule.Load(); r != nil {
		return *r
	}
	return rule{remedy: ToDLQ, attempts: 1}
}

// rule is a Policy at one moment.
type rule struct {
	remedy   Remedy
	attempts int
}

// answer is what Handle returns when an attempt at a payment, counted from 1, failed for a reason. It is nil when the
// payment is to go to the DLQ.
func (r rule) answer(attempt int, why error) error {
	switch {
	case r.remedy == Crash:
		return &kafka.FatalError{Err: why}
	case r.remedy == Retry:
		return &kafka.LaterError{After: retryPause, Err: why}
	case r.remedy == RetryThenDLQ && attempt < r.attempts:
		return &kafka.LaterError{After: backoff(attempt), Err: why}
	default:
		return nil
	}
}

// The pauses between two attempts: always the same for Retry, and from the shortest to the longest for RetryThenDLQ.
const (
	retryPause      = 250 * time.Millisecond
	shortestBackoff = 100 * time.Millisecond
	longestBackoff  = 2 * time.Second
)

// backoff is the pause after an attempt: 100, 200, 400 ms and so on.
func backoff(attempt int) time.Duration {
	pause := shortestBackoff
	for ; attempt > 1 && pause < longestBackoff; attempt-- {
		pause *= 2
	}
	return min(pause, longestBackoff)
}
