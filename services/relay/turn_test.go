package relay_test

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"blackfriday/services/relay"
)

func TestEachRecordOnceAndInOrder(t *testing.T) {
	for _, n := range []int{0, 1, 15, 16, 17, 100} {
		for stop := range n + 1 {
			var got, want []int
			relay.Each(n, func(i int) bool { got = append(got, i); return i != stop })
			for i := range min(stop+1, n) {
				want = append(want, i)
			}
			if !slices.Equal(got, want) {
				t.Fatalf("of %d, until %d: %v", n, stop, got)
			}
		}
	}
}

// Whoever works, even one who panics, gives the processor back, and the others come in between.
func TestEachLetsOthersHaveTheirTurn(t *testing.T) {
	func() {
		defer func() { _ = recover() }()
		relay.Each(1, func(int) bool { panic("no record") })
	}()
	const workers = 8
	var done [workers]atomic.Int32
	var least atomic.Int32 // records of the slowest when the first was done
	var first sync.Once
	var all sync.WaitGroup
	start := make(chan struct{})
	for w := range workers {
		all.Go(func() {
			<-start
			relay.Each(16_000, func(int) bool {
				sum := 0
				for i := range 2_000 {
					sum += i * i
				}
				done[w].Add(int32(min(1, max(sum, 1))))
				return true
			})
			first.Do(func() {
				slowest := done[0].Load()
				for i := range done {
					slowest = min(slowest, done[i].Load())
				}
				least.Store(slowest)
			})
		})
	}
	close(start)
	all.Wait()
	if n := least.Load(); n == 0 {
		t.Error("one had not begun when another was done with 16,000 records")
	}
}
