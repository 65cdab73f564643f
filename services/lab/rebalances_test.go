package lab

import (
	"testing"
	"time"

	"blackfriday/kafka"
)

func lifeOf(number int) *life {
	return &life{instance: &instance{name: "order", kind: OrderKind, number: number}, owned: map[kafka.TopicPartition]bool{}}
}

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// three returns three lives that hold a partition each.
func three() (*rebalances, [3]*life) {
	rs := newRebalances(newTurnstile())
	lives := [3]*life{lifeOf(1), lifeOf(2), lifeOf(3)}
	for p, l := range lives {
		l.owned[kafka.TopicPartition{Topic: kafka.PaymentSuccessful, Partition: int32(p)}] = true
		rs.took(noon, l, int32(p), -1)
	}
	return rs, lives
}

func TestFirstOwnersAreNotMoves(t *testing.T) {
	rs, _ := three()
	if len(rs.list) != 0 {
		t.Errorf("three first assignments made the entries %+v", rs.snapshot())
	}
}

func TestCrashOwnsItsMoves(t *testing.T) {
	rs, lives := three()
	rs.begin(Change{At: noon, Cause: CauseCrash}, "", lives[1], []int32{1})
	rs.took(noon.Add(6*time.Second), lives[0], 1, -1)
	rs.look(noon.Add(7*time.Second), kafka.GroupReading{}, true)
	got := rs.snapshot()[0]
	if got.Open || len(got.Moved) != 1 || got.Moved[0].From != 2 || got.Moved[0].To != 1 {
		t.Errorf("entry %+v, want partition 1 from 2 to 1, closed", got)
	}
}

func TestLeaveDuringACrashKeepsThemApart(t *testing.T) {
	rs, lives := three()
	rs.begin(Change{At: noon, Cause: CauseCrash}, "", lives[1], []int32{1})
	rs.begin(Change{At: noon.Add(time.Second), Cause: CauseLeave}, "", lives[2], []int32{2})
	rs.took(noon.Add(2*time.Second), lives[0], 2, -1)
	rs.took(noon.Add(6*time.Second), lives[0], 1, -1)
	got := rs.snapshot()
	if len(got) != 2 || got[0].Moved[0].Partition != 1 || got[1].Moved[0].Partition != 2 {
		t.Errorf("entries %+v, want P1 under the crash and P2 under the leave", got)
	}
}

func TestJoinTakesFromTheLiving(t *testing.T) {
	rs := newRebalances(newTurnstile())
	old, fresh := lifeOf(1), lifeOf(2)
	for p := range int32(2) {
		rs.took(noon, old, p, -1)
	}
	fresh.memberID = "member-2"
	rs.begin(Change{At: noon, Cause: CauseJoin}, "", fresh, nil)
	rs.took(noon.Add(time.Second), fresh, 1, -1)
	members := []kafka.MemberReading{{MemberID: "member-2"}}
	rs.look(noon.Add(2*time.Second), kafka.GroupReading{Members: members}, true)
	got := rs.snapshot()[0]
	if got.Cause != CauseJoin || len(got.Moved) != 1 || got.Open {
		t.Errorf("entry %+v, want one move under the join, closed", got)
	}
}

func TestChangeFromOutsideIsNotBlamedOnTheLab(t *testing.T) {
	rs, lives := three()
	rs.took(noon.Add(time.Minute), lives[0], 1, -1)
	rs.took(noon.Add(time.Minute), lives[0], 2, -1)
	if got := rs.snapshot(); len(got) != 1 || got[0].Cause != CauseOther || len(got[0].Moved) != 2 {
		t.Errorf("entries %+v, want one of cause other with two moves", got)
	}
}

func paid(partition int32, arrived time.Time) []*kafka.Record {
	return []*kafka.Record{{Partition: partition, Timestamp: arrived}}
}

func TestTurnstileMeasuresFromTheLastRecord(t *testing.T) {
	ts := newTurnstile()
	one, two := lifeOf(1), lifeOf(2)
	ts.entered(one, noon, 0)
	if _, moved := ts.began(one, noon, paid(0, noon)); moved {
		t.Error("the first reader is not a change")
	}
	ts.entered(two, noon.Add(5*time.Second), 0)
	p, moved := ts.began(two, noon.Add(6*time.Second), paid(0, noon.Add(-time.Minute)))
	if !moved || p.unread != 6*time.Second {
		t.Errorf("unread for %v, want 6 s", p.unread)
	}
}

func TestTurnstileMeasuresFromTheArrival(t *testing.T) {
	ts := newTurnstile()
	one, two := lifeOf(1), lifeOf(2)
	ts.entered(one, noon, 0)
	ts.began(one, noon, paid(0, noon))
	ts.entered(two, noon.Add(6*time.Second), 0)
	p, moved := ts.began(two, noon.Add(6*time.Second), paid(0, noon.Add(4*time.Second)))
	if !moved || p.unread != 2*time.Second {
		t.Errorf("unread for %v, want the 2 s since the record arrived in an empty partition", p.unread)
	}
}

func TestTurnstileSeesAReaderThatNeverBegan(t *testing.T) {
	ts := newTurnstile()
	one, two := lifeOf(1), lifeOf(2)
	ts.entered(one, noon, 0)
	ts.began(one, noon, paid(0, noon))
	ts.entered(two, noon.Add(time.Second), 0)
	ts.entered(one, noon.Add(2*time.Second), 0)
	p, moved := ts.began(one, noon.Add(3*time.Second), paid(0, noon))
	if !moved || p.unread != 3*time.Second {
		t.Errorf("unread for %v, want the 3 s since the last record", p.unread)
	}
}

func TestEntryStaysOpenUntilTheBrokersShowIt(t *testing.T) {
	rs, lives := three()
	r := rs.begin(Change{At: noon, Cause: CauseCrash, Member: "order-2"}, "", lives[1], nil)
	r.memberID = "dead"
	still := kafka.GroupReading{Members: []kafka.MemberReading{{MemberID: "dead"}}}
	if rs.look(noon.Add(time.Second), still, true); !rs.snapshot()[0].Open {
		t.Error("closed while Kafka still names the dead member")
	}
	rs.look(noon.Add(6*time.Second), kafka.GroupReading{}, true)
	if got := rs.snapshot()[0]; got.Open || !got.BrokerAt.Equal(noon.Add(6*time.Second)) || len(got.Kept) != 3 {
		t.Errorf("entry %+v, want closed, seen by the brokers after 6 s, three partitions kept", got)
	}
}

func TestChangesSettledTogetherAreOneEntry(t *testing.T) {
	rs, lives := three()
	rs.saw(5)
	rs.begin(Change{At: noon, Cause: CauseLeave, Member: "order-1"}, "", lives[0], []int32{0})
	rs.begin(Change{At: noon.Add(time.Millisecond), Cause: CauseLeave, Member: "order-2"}, "", lives[1], []int32{1})
	rs.took(noon.Add(time.Second), lives[2], 0, 6)
	rs.took(noon.Add(time.Second), lives[2], 1, 6)
	rs.look(noon.Add(2*time.Second), kafka.GroupReading{Epoch: -1}, true)
	got := rs.snapshot()
	if len(got) != 1 || len(got[0].Also) != 1 || got[0].Also[0].Member != "order-2" || len(got[0].Moved) != 2 {
		t.Errorf("entries %+v, want one with both causes and both moves", got)
	}
}

func TestChangesOfDifferentGenerationsStayApart(t *testing.T) {
	rs, lives := three()
	rs.saw(5)
	rs.begin(Change{At: noon, Cause: CauseCrash, Member: "order-1"}, "", lives[0], []int32{0})
	rs.begin(Change{At: noon.Add(time.Second), Cause: CauseLeave, Member: "order-2"}, "", lives[1], []int32{1})
	rs.took(noon.Add(2*time.Second), lives[2], 1, 6)
	rs.look(noon.Add(3*time.Second), kafka.GroupReading{Epoch: -1}, true)
	rs.took(noon.Add(6*time.Second), lives[2], 0, 7)
	rs.look(noon.Add(7*time.Second), kafka.GroupReading{Epoch: -1}, true)
	if got := rs.snapshot(); len(got) != 2 {
		t.Errorf("entries %+v, want two", got)
	}
}

func TestTurnstileCountsRedelivery(t *testing.T) {
	ts := newTurnstile()
	one, two := lifeOf(1), lifeOf(2)
	ts.entered(one, noon, 0)
	batch := []*kafka.Record{{Offset: 0}, {Offset: 1}, {Offset: 2}}
	ts.began(one, noon, batch)
	ts.entered(two, noon.Add(time.Second), 0)
	if p, _ := ts.began(two, noon.Add(2*time.Second), batch[1:]); p.redelivered != 2 {
		t.Errorf("%d records begun again, want 2", p.redelivered)
	}
}

func TestTurnstileSeesTwoReaders(t *testing.T) {
	ts := newTurnstile()
	one, two := lifeOf(1), lifeOf(2)
	ts.entered(one, noon, 0)
	ts.began(one, noon, paid(0, noon))
	ts.entered(two, noon.Add(time.Second), 0)
	if _, moved := ts.began(one, noon.Add(2*time.Second), paid(0, noon)); moved || ts.twice() != 1 {
		t.Errorf("moved %v, %d overlaps; want the old reader's batch counted as one overlap", moved, ts.twice())
	}
}

func TestAJoinThatNoReadingShowedIsOverWhenTheMemberIs(t *testing.T) {
	rs, _ := three()
	fresh := lifeOf(4)
	fresh.ended = make(chan struct{})
	rs.begin(Change{At: noon, Cause: CauseJoin, Member: "order-4"}, "", fresh, nil)
	if rs.look(noon.Add(time.Second), kafka.GroupReading{}, true); !rs.snapshot()[0].Open {
		t.Error("closed while the member may still be shown")
	}
	close(fresh.ended)
	rs.look(noon.Add(2*time.Second), kafka.GroupReading{}, true)
	if got := rs.snapshot()[0]; got.Open || !got.BrokerAt.IsZero() {
		t.Errorf("entry %+v, want closed and never seen by the brokers", got)
	}
}

func TestWhatAnotherChangeTookAwayIsNotKept(t *testing.T) {
	rs, lives := three()
	fresh := lifeOf(4)
	fresh.memberID = "member-4"
	rs.begin(Change{At: noon, Cause: CauseJoin}, "", fresh, nil)
	rs.begin(Change{At: noon.Add(time.Second), Cause: CauseCrash}, "", lives[1], []int32{1})
	clear(lives[1].owned) // it is dead, and P1 waits
	members := []kafka.MemberReading{{MemberID: "member-4"}}
	rs.look(noon.Add(2*time.Second), kafka.GroupReading{Members: members}, true)
	join := rs.snapshot()[0]
	if join.Open || len(join.Kept) != 2 || join.Kept[0].Partition != 0 || join.Kept[1].Partition != 2 {
		t.Errorf("the join kept %+v, want P0 and P2: P1 died with its reader", join.Kept)
	}
}

func TestUnreadTimeBeginsAtTheFirstOfTwoDeaths(t *testing.T) {
	rs, lives := three()
	rs.begin(Change{At: noon, Cause: CauseCrash}, "", lives[1], []int32{1})
	rs.took(noon.Add(6*time.Second), lives[2], 1, 5)
	rs.begin(Change{At: noon.Add(6500 * time.Millisecond), Cause: CauseCrash}, "", lives[2], []int32{1, 2})
	rs.took(noon.Add(12*time.Second), lives[0], 1, 6)
	rs.passed(passage{partition: 1, to: lives[0], at: noon.Add(12 * time.Second), waited: true, unread: 12 * time.Second})
	got := rs.snapshot()
	first, second := got[0].Moved[0], got[1].Moved[0]
	if first.Unread != 12*time.Second || second.Unread != 5500*time.Millisecond || !first.Measured || !second.Measured {
		t.Errorf("unread %v after the first death and %v after the second, want 12 s and 5.5 s", first.Unread, second.Unread)
	}
}

func TestOneMoveThroughSeveralHands(t *testing.T) {
	rs, lives := three()
	r := rs.begin(Change{At: noon, Cause: CauseProtocol}, "", nil, nil)
	rs.took(noon.Add(time.Second), lives[1], 0, 1)
	rs.passed(passage{partition: 0, to: lives[1], at: noon.Add(time.Second), waited: true, unread: time.Second})
	rs.took(noon.Add(2*time.Second), lives[2], 0, 2)
	rs.passed(passage{partition: 0, to: lives[2], at: noon.Add(2 * time.Second), waited: true, unread: 300 * time.Millisecond})
	if len(r.Moved) != 1 || r.Moved[0].From != 1 || r.Moved[0].To != 3 || r.Moved[0].Unread != 1300*time.Millisecond {
		t.Errorf("moves %+v, want one from 1 to 3, unread for 1.3 s in all", r.Moved)
	}
}

func TestChangesStayApart(t *testing.T) {
	for name, c := range map[string]struct {
		protocol string
		second   time.Duration // when it happens; the brokers show the first after a second
	}{
		"a KIP-848 group has an epoch for each": {kafka.ConsumerProtocol.String(), 100 * time.Millisecond},
		"the brokers knew of the first":         {"range", 2 * time.Second},
	} {
		rs, lives := three()
		rs.saw(5)
		rs.begin(Change{At: noon, Cause: CauseLeave}, c.protocol, lives[0], nil)
		if c.second > time.Second {
			rs.look(noon.Add(time.Second), kafka.GroupReading{Epoch: -1}, false)
		}
		rs.begin(Change{At: noon.Add(c.second), Cause: CauseLeave}, c.protocol, lives[1], nil)
		rs.saw(6)
		rs.look(noon.Add(c.second+time.Second), kafka.GroupReading{Epoch: -1}, true)
		if got := rs.snapshot(); len(got) != 2 || got[0].Open || got[1].Open || got[1].ID != 2 {
			t.Errorf("%s: entries %+v, want two", name, got)
		}
	}
}

func TestTurnstileDoesNotMeasureWhatNeverWaited(t *testing.T) {
	ts := newTurnstile()
	one, two := lifeOf(1), lifeOf(2)
	ts.entered(one, noon, 0)
	ts.began(one, noon, paid(0, noon))
	ts.entered(two, noon.Add(time.Second), 0)
	if p, moved := ts.began(two, noon.Add(time.Minute), paid(0, noon.Add(59*time.Second))); !moved || p.waited {
		t.Errorf("a payment that came a minute after the handover was said to have waited %v for it", p.unread)
	}
}

func TestOverlappingChangesDisturbEachOther(t *testing.T) {
	rs, lives := three()
	rs.begin(Change{At: noon, Cause: CauseCrash}, "", lives[1], []int32{1})
	rs.begin(Change{At: noon.Add(time.Second), Cause: CauseLeave}, "", lives[2], []int32{2})
	if got := rs.snapshot(); !got[0].Disturbed || !got[1].Disturbed {
		t.Errorf("entries %+v, want both disturbed", got)
	}
}

func TestAnIdleMoveDoesNotTakeALaterOnesTime(t *testing.T) {
	rs, lives := three()
	fresh := lifeOf(4)
	rs.begin(Change{At: noon, Cause: CauseJoin}, "", fresh, nil)
	rs.took(noon.Add(time.Second), fresh, 1, 5)
	rs.passed(passage{partition: 1, to: fresh, at: noon.Add(time.Minute)})
	rs.begin(Change{At: noon.Add(2 * time.Minute), Cause: CauseCrash}, "", fresh, []int32{1})
	rs.took(noon.Add(126*time.Second), lives[0], 1, 6)
	rs.passed(passage{partition: 1, to: lives[0], at: noon.Add(126 * time.Second), waited: true, unread: 6 * time.Second})
	got := rs.snapshot()
	if got[0].Moved[0].Measured || got[1].Moved[0].Unread != 6*time.Second {
		t.Errorf("moves %+v and %+v, want the join's without a figure and 6 s for the crash", got[0].Moved, got[1].Moved)
	}
}
