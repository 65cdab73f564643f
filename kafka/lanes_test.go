package kafka

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func records(p int32, offsets ...int64) []*Record {
	rs := make([]*Record, len(offsets))
	for i, o := range offsets {
		rs[i] = &Record{Topic: "t", Partition: p, Offset: o, Value: []byte("x")}
	}
	return rs
}

func tp(p int32) TopicPartition { return TopicPartition{"t", p} }

func ignore(TopicPartition) {}

func TestLanesTakeTurns(t *testing.T) {
	ls := newLanes(ignore, ignore)
	for p := range int32(3) {
		ls.add(tp(p))
		ls.put(tp(p), records(p, 0, 1))
	}
	var got []string
	for b, _, ok := ls.take(t.Context(), 1); ok; b, _, ok = ls.take(t.Context(), 1) {
		got = append(got, fmt.Sprint(b.records[0].Partition, "@", b.records[0].Offset))
		ls.finish(b, 1, 0, func([]*Record) {})
	}
	want := []string{"0@0", "1@0", "2@0", "0@1", "1@1", "2@1"}
	if !slices.Equal(got, want) {
		t.Errorf("took %v, want %v", got, want)
	}
}

func TestUnfinishedRecordsKeepTheirPlace(t *testing.T) {
	ls := newLanes(ignore, ignore)
	ls.add(tp(0))
	ls.put(tp(0), records(0, 0, 1, 2))
	b, _, _ := ls.take(t.Context(), 3)
	ls.put(tp(0), records(0, 3))
	var marked []int64
	ls.finish(b, 1, 0, func(done []*Record) { marked = append(marked, done[len(done)-1].Offset) })
	if !slices.Equal(marked, []int64{0}) {
		t.Fatalf("marked %v, want only the finished prefix", marked)
	}
	b, _, _ = ls.take(t.Context(), 10)
	if got := []int64{b.records[0].Offset, b.records[1].Offset, b.records[2].Offset}; !slices.Equal(got, []int64{1, 2, 3}) {
		t.Errorf("next batch begins with %v, want 1, 2, 3", got)
	}
}

func TestAbandonedBatchIsNotMarked(t *testing.T) {
	ls := newLanes(ignore, ignore)
	ls.add(tp(0))
	ls.put(tp(0), records(0, 0))
	b, _, _ := ls.take(t.Context(), 1)
	l, busy := ls.remove(tp(0))
	if busy == nil {
		t.Fatal("a lane with a batch in hand must be waited for")
	}
	if ls.abandon(l); b.ctx.Err() == nil {
		t.Error("the work on a partition that belongs to somebody else goes on")
	}
	ls.finish(b, 1, 0, func([]*Record) { t.Error("marked a record of a partition that belongs to somebody else") })
	select {
	case <-busy:
	default:
		t.Error("whoever waits for the batch still waits")
	}
}

func TestRecordsOfForeignPartitionsAreDropped(t *testing.T) {
	ls := newLanes(ignore, ignore)
	ls.put(tp(0), records(0, 0))
	if _, _, ok := ls.take(t.Context(), 1); ok {
		t.Error("took a record of a partition that is not owned")
	}
}

func TestFullLaneIsPausedOnceAndResumedOnce(t *testing.T) {
	paused, resumed := 0, 0
	ls := newLanes(func(TopicPartition) { paused++ }, func(TopicPartition) { resumed++ })
	ls.add(tp(0))
	ls.put(tp(0), records(0, make([]int64, laneRecords)...))
	ls.put(tp(0), records(0, 1))
	if paused != 1 || resumed != 0 {
		t.Fatalf("a full lane is paused %d and resumed %d times, want once and never", paused, resumed)
	}
	for b, _, ok := ls.take(t.Context(), 100); ok; b, _, ok = ls.take(t.Context(), 100) {
		ls.finish(b, len(b.records), 0, func([]*Record) {})
	}
	if resumed != 1 {
		t.Errorf("resumed %d times, want once", resumed)
	}
}

func TestPausedLaneIsResumedWhenItGoes(t *testing.T) {
	resumed := 0
	ls := newLanes(ignore, func(TopicPartition) { resumed++ })
	ls.add(tp(0))
	ls.put(tp(0), records(0, make([]int64, laneRecords)...))
	if ls.remove(tp(0)); resumed != 1 {
		t.Errorf("resumed %d times, want once: the partition may come back", resumed)
	}
}

func TestTurnsStayFairWhenALaneGoes(t *testing.T) {
	ls := newLanes(ignore, ignore)
	for p := range int32(3) {
		ls.add(tp(p))
		ls.put(tp(p), records(p, 0, 1))
	}
	b, _, _ := ls.take(t.Context(), 1) // of partition 0
	ls.finish(b, 1, 0, func([]*Record) {})
	ls.remove(tp(0))
	if b, _, _ = ls.take(t.Context(), 1); b.records[0].Partition != 1 {
		t.Errorf("after partition 0 went it is the turn of %d, want 1", b.records[0].Partition)
	}
}

// Whatever happens to a member, the marks of a partition only ever cover records that were finished, in order.
func TestMarksNeverPassUnfinishedWork(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ls := newLanes(ignore, ignore)
		next, done := map[int32]int64{}, map[int32]int64{}
		held := []batch{}
		t.Repeat(map[string]func(*rapid.T){
			"assign": func(t *rapid.T) {
				p := rapid.Int32Range(0, 3).Draw(t, "partition")
				if ls.byTP[tp(p)] == nil {
					ls.add(tp(p))
					next[p] = done[p] // the broker gives what is committed
				}
			},
			"fetch": func(t *rapid.T) {
				p := rapid.Int32Range(0, 3).Draw(t, "partition")
				if ls.byTP[tp(p)] != nil {
					ls.put(tp(p), records(p, next[p], next[p]+1))
					next[p] += 2
				}
			},
			"take": func(t *rapid.T) {
				if len(held) == 0 {
					if b, _, ok := ls.take(t.Context(), rapid.IntRange(1, 5).Draw(t, "limit")); ok {
						held = append(held, b)
					}
				}
			},
			"finish": func(t *rapid.T) {
				if len(held) == 0 {
					return
				}
				b := held[0]
				held = nil
				n := rapid.IntRange(0, len(b.records)).Draw(t, "finished")
				ls.finish(b, n, 0, func(marked []*Record) {
					last := marked[len(marked)-1]
					p := last.Partition
					if first := b.records[0].Offset; first != done[p] {
						t.Fatalf("partition %d: marks %d to %d, but %d is the next to be finished", p, first, last.Offset, done[p])
					}
					done[p] = last.Offset + 1
				})
			},
			"revoke": func(t *rapid.T) {
				p := rapid.Int32Range(0, 3).Draw(t, "partition")
				if l, busy := ls.remove(tp(p)); l != nil && busy != nil {
					ls.abandon(l) // it did not finish in time
				}
			},
		})
	})
}
