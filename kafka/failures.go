package kafka

import "sync"

// failures is what a member fails at, by what it was doing. It tells of the first failure of each kind and, once nothing
// fails any more, that all is well.
type failures struct {
	tell func(error)

	mu     sync.Mutex
	failed map[string]bool
}

// report notes how something went: an error, or nil for success.
func (f *failures) report(what string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil {
		if f.failed == nil {
			f.failed = map[string]bool{}
		}
		f.failed[what] = true
		f.tell(err)
		return
	}
	if !f.failed[what] {
		return
	}
	delete(f.failed, what)
	if len(f.failed) == 0 {
		f.tell(nil)
	}
}
