package lab

import (
	"context"
	"sync"
)

// tasks are what the lab's goroutine starts and does not wait for. They end when the lab stops.
type tasks struct {
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

func newTasks() *tasks {
	ctx, cancel := context.WithCancel(context.Background())
	return &tasks{ctx: ctx, cancel: cancel}
}

// start runs f; its context ends when the lab stops. The channel is closed when f has returned.
func (t *tasks) start(f func(ctx context.Context)) (done <-chan struct{}) {
	ended := make(chan struct{})
	t.wg.Go(func() {
		defer close(ended)
		f(t.ctx)
	})
	return ended
}

// stop ends the tasks and waits for them.
func (t *tasks) stop(context.Context) error {
	t.cancel()
	t.wg.Wait()
	return nil
}
