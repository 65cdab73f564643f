// Package labtest helps tests that run a lab. It does not import the lab, so that the lab's own tests may use it.
package labtest

import (
	"context"
	"testing"
)

// Run runs a lab until the test ends. What its Run then returns fails the test.
func Run(t testing.TB, l interface {
	Run(ctx context.Context) error
}) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
