package kafka

import (
	"context"
	"sync"

	"github.com/twmb/franz-go/pkg/kadm"
)

// renewal renews groups beside kfake, which can do nothing else while it answers.
type renewal struct {
	mu      sync.Mutex
	admin   *kadm.Client // nil: too early, or too late
	running map[string]bool
	all     sync.WaitGroup
}

// with says with which client groups are renewed; nil ends it, and waits.
func (r *renewal) with(admin *kadm.Client) {
	r.mu.Lock()
	r.admin = admin
	r.mu.Unlock()
	if admin == nil {
		r.all.Wait()
	}
}

// runs says whether a group is being renewed.
func (r *renewal) runs(group string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.running[group]
}

// begin renews a group; false where that cannot be done.
func (r *renewal) begin(group string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.admin == nil {
		return false
	}
	if r.running == nil {
		r.running = map[string]bool{}
	}
	r.running[group] = true
	admin := r.admin
	r.all.Go(func() {
		// If it fails, whoever comes next has it tried again.
		_ = renewGroup(context.Background(), admin, group)
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.running, group)
	})
	return true
}
