package kafka

import (
	"maps"
	"slices"
	"sync"
)

// failures is what a member fails at, by what it was doing. It tells of every failure and, once one is over, of another that
// is not, or that all is well.
type failures struct {
	tell func(error)

	mu     sync.Mutex
	failed map[string]error
}

// report notes how something went: an error, or nil for success.
func (f *failures) report(what string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil {
		if f.failed == nil {
			f.failed = map[string]error{}
		}
		f.failed[what] = err
		f.tell(err)
		return
	}
	if f.failed[what] == nil {
		return
	}
	delete(f.failed, what)
	for _, other := range slices.Sorted(maps.Keys(f.failed)) {
		f.tell(f.failed[other])
		return
	}
	f.tell(nil)
}
