package lab

import (
	"errors"
	"testing"
	"time"

	"blackfriday/kafka"
)

func TestGroupRestsOnlyWhenEveryPartitionBelongsToSomebody(t *testing.T) {
	topics := map[string]kafka.TopicReading{kafka.PaymentSuccessful: {Partitions: make([]kafka.PartitionReading, 3)}}
	names := []string{kafka.PaymentSuccessful}
	group := func(state string, given ...[]int32) kafka.GroupReading {
		g := kafka.GroupReading{State: state}
		for _, ps := range given {
			g.Members = append(g.Members, kafka.MemberReading{Partitions: map[string][]int32{kafka.PaymentSuccessful: ps}})
		}
		return g
	}
	for name, c := range map[string]struct {
		g    kafka.GroupReading
		want bool
	}{
		"all given":                 {group(stable, []int32{0, 1}, []int32{2}, nil), true},
		"between cooperative steps": {group(stable, []int32{0, 1}, nil), false},
		"on its way":                {group("Reconciling", []int32{0, 1}, []int32{2}), false},
	} {
		if got := atRest(c.g, topics, names); got != c.want {
			t.Errorf("%s: at rest %v, want %v", name, got, c.want)
		}
	}
}

// The lives here have no member: burying one would end the test.
func TestNobodyIsBuriedByAReadingThatCannotKnow(t *testing.T) {
	dead := lifeOf(2)
	dead.memberID, dead.crashedAt = "member-2", noon
	dead.instance.bereaved = []*life{dead}
	s := &state{instances: []*instance{dead.instance}}
	reading := func(at time.Time, g kafka.GroupReading) kafka.Reading {
		return kafka.Reading{At: at, Groups: map[string]kafka.GroupReading{kafka.OrderGroup: g}}
	}
	listed := kafka.GroupReading{Members: []kafka.MemberReading{{MemberID: "member-2"}}}
	for name, r := range map[string]kafka.Reading{
		"the group could not be read": reading(noon.Add(time.Second), kafka.GroupReading{Err: errors.New("no coordinator")}),
		"asked before the crash":      reading(noon.Add(-time.Second), kafka.GroupReading{}),
		"still a member":              reading(noon.Add(time.Second), listed),
	} {
		if s.bury(r); len(dead.instance.bereaved) != 1 {
			t.Errorf("%s: buried", name)
		}
	}
}
