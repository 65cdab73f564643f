package relay

import "runtime"

// stretch is how many records are worked on at a stretch: a few tenths of a millisecond.
const stretch = 16

// processors has room for all who may calculate at the same time: one processor is left to those who answer somebody.
//
//nolint:gochecknoglobals // the processors are the whole process's, whoever works in it
var processors = make(chan struct{}, max(1, runtime.GOMAXPROCS(0)-1))

// Each does work, which only calculates and waits for nothing, for the records 0 to n-1, in order, until it returns false. It
// lets others have their turn after each stretch: Go takes the processor from a goroutine that calculates only after 10 ms, and
// in a flood every consumer does, so that a key would wait behind all of them, once until it is read and once more until what it
// does is drawn.
func Each(n int, work func(i int) bool) {
	for i := 0; i < n; i += stretch {
		if !some(i, min(i+stretch, n), work) {
			return
		}
		if i+stretch < n {
			runtime.Gosched()
		}
	}
}

// some does one stretch.
func some(from, to int, work func(i int) bool) bool {
	processors <- struct{}{}
	defer func() { <-processors }()
	for i := from; i < to; i++ {
		if !work(i) {
			return false
		}
	}
	return true
}
