package scenarios

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"blackfriday/kafka"
	"blackfriday/services/lab"
)

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

func moved(partition int32, from, to int, unread time.Duration) lab.Move {
	return lab.Move{Partition: partition, From: from, To: to, Unread: unread, Measured: true}
}

// tried is a play of protocols in which all went well.
func tried() Result {
	r := judged()
	for _, p := range kafka.Protocols() {
		one := func(cause lab.Cause, unread time.Duration) lab.Rebalance {
			return lab.Rebalance{
				At: noon, Cause: cause, Member: "order-1", Protocol: p.String(),
				Moved: []lab.Move{moved(0, 1, 2, unread)},
				Kept: []lab.Kept{
					{Partition: 1, Reader: 2, Pause: 210 * time.Millisecond, Measured: true},
					{Partition: 2, Reader: 3, Pause: 110 * time.Millisecond, Measured: true},
				},
			}
		}
		r.Final.Rebalances = append(r.Final.Rebalances,
			one(lab.CauseLeave, 900*time.Millisecond), one(lab.CauseJoin, 600*time.Millisecond), one(lab.CauseCrash, 6900*time.Millisecond))
	}
	return r
}

// grew is a play of grow in which all went well.
func grew() Result {
	r := judged()
	r.Setup.Partitions, r.Setup.Payments = 1, 600
	r.Earlier = []lab.FloodProgress{{ID: 1, Acked: 300}}
	r.Final.Flood = lab.FloodProgress{ID: 2, Acked: 300}
	for i, end := range []int64{400, 100, 100} {
		r.Final.Partitions[i].End = end
	}
	r.Final.Runs = []lab.Run{{Drained: true, Took: 30 * time.Second}, {Drained: true, Took: 10500 * time.Millisecond}}
	r.Final.Rebalances = []lab.Rebalance{{Cause: lab.CausePartitions, At: noon, Settled: noon.Add(2 * time.Second)}}
	return r
}

// heated is a play of hotkey in which all went well: 10 payments per second for 30 s, and a fourth consumer after 10 s.
func heated() Result {
	r := judged()
	r.Final.Partitions[1].End = 300
	r.Final.Flood.StartedAt = noon
	r.Final.At = noon.Add(30 * time.Second)
	r.Final.Orders = append(r.Final.Orders, lab.Instance{Name: "order-4", Number: 4, Health: lab.Standby})
	r.Final.Rebalances = []lab.Rebalance{{Cause: lab.CauseJoin, Member: "order-4", At: noon.Add(10 * time.Second)}}
	for second := range 31 {
		r.Lag = append(r.Lag, Sample{noon.Add(time.Duration(second) * time.Second), []int64{0, int64(300 - 10*second), 0}})
	}
	return r
}

// churned is a play of churn in which all went well.
func churned() Result {
	r := judged()
	r.Commands = []lab.Command{
		lab.Flood{Count: 1}, lab.AddConsumer{}, lab.Kill{Name: "order-2"}, lab.Stop{Name: "order-3"}, lab.Restart{Name: "order-2"}, lab.SetDelay{},
	}
	r.Final.Rebalances = []lab.Rebalance{
		{Cause: lab.CauseStart, Member: "order-1 to order-3"},
		{At: noon, Cause: lab.CauseJoin, Member: "order-4"},
		{At: noon, Cause: lab.CauseCrash, Member: "order-2", Also: []lab.Change{{Cause: lab.CauseLeave, Member: "order-3"}}},
		{At: noon, Cause: lab.CauseJoin, Member: "order-2"},
	}
	r.Lag = []Sample{{At: noon.Add(-time.Second), Partitions: []int64{1, 0, 0}}}
	return r
}

func TestChecksOfRebalancesJudge(t *testing.T) {
	leave, join, crash := 0, 1, 2 // of the first protocol, and three further on of the second
	tests := []struct {
		name   string
		play   func() Result
		check  check
		change func(*Result)
		passes bool
	}{
		{"every cause", tried, everyCause, func(*Result) {}, true},
		{"no join under the last", tried, everyCause, func(r *Result) { r.Final.Rebalances[10].Cause = lab.CauseOther }, false},
		{"one never measured", tried, everyCause, func(r *Result) { r.Final.Rebalances[leave].Moved[0].Measured = false }, false},

		{"leaves in time", tried, leavesInTime, func(*Result) {}, true},
		{"a leave too late", tried, leavesInTime, func(r *Result) { r.Final.Rebalances[3].Moved[0].Unread = 1001 * time.Millisecond }, false},
		{"a leave that nobody took over", tried, leavesInTime, func(r *Result) { r.Final.Rebalances[leave].Moved[0].To = 0 }, false},
		{"a leave that is not over", tried, leavesInTime, func(r *Result) { r.Final.Rebalances[leave].Open = true }, false},
		{"no leave", tried, leavesInTime, func(r *Result) { r.Final.Rebalances = nil }, false},
		{"crashes in time", tried, crashesInTime, func(*Result) {}, true},
		{"a crash too late", tried, crashesInTime, func(r *Result) { r.Final.Rebalances[crash].Moved[0].Unread = 7001 * time.Millisecond }, false},

		{"kept go on", tried, keptGoOn, func(*Result) {}, true},
		{"a turn over two is longer", tried, keptGoOn, func(r *Result) { r.Final.Rebalances[leave].Kept[0].Pause = 251 * time.Millisecond }, false},
		{"one of one pauses", tried, keptGoOn, func(r *Result) { r.Final.Rebalances[join].Kept[1].Pause = 151 * time.Millisecond }, false},
		{"it pauses under cooperative-sticky", tried, keptGoOn, func(r *Result) { r.Final.Rebalances[3].Kept[1].Pause = 151 * time.Millisecond }, false},
		{"it pauses under an eager one", tried, keptGoOn, func(r *Result) { r.Final.Rebalances[6].Kept[1].Pause = time.Second }, true},

		{"the machine stalled", tried, keptGoOn, func(r *Result) {
			r.Final.Rebalances[join].Kept[1].Pause = 151 * time.Millisecond
			r.Stalls = []Stall{{At: noon, Late: 10 * time.Millisecond}}
		}, true},
		{"the machine stalled before", tried, keptGoOn, func(r *Result) {
			r.Final.Rebalances[join].Kept[1].Pause = 151 * time.Millisecond
			r.Stalls = []Stall{{At: noon.Add(-time.Second), Late: 10 * time.Millisecond}}
		}, false},

		{"one reader", tried, oneReader, func(*Result) {}, true},
		{"two readers", tried, oneReader, func(r *Result) { r.Final.TwoReaders = 1 }, false},

		{"noticed in time", grew, noticedInTime, func(*Result) {}, true},
		{"noticed late", grew, noticedInTime, func(r *Result) { r.Final.Rebalances[0].Settled = noon.Add(2001 * time.Millisecond) }, false},
		{"never noticed", grew, noticedInTime, func(r *Result) { r.Final.Rebalances[0].Settled = time.Time{} }, false},
		{"never grown", grew, noticedInTime, func(r *Result) { r.Final.Rebalances = nil }, false},
		{"all read", grew, allRead, func(*Result) {}, true},
		{"one reads two", grew, allRead, func(r *Result) { r.Final.Partitions[2].Reader, r.Final.Partitions[2].OwnerInstance = 1, 1 }, false},
		{"still one partition", grew, allRead, func(r *Result) { r.Final.Partitions = r.Final.Partitions[:1] }, false},
		{"spread", grew, spread, func(*Result) {}, true},
		{"two more in one", grew, spread, func(r *Result) { r.Final.Partitions[1].End = 102 }, false},
		{"second is faster", grew, secondIsFaster, func(*Result) {}, true},
		{"second is as slow", grew, secondIsFaster, func(r *Result) { r.Final.Runs[1].Took = 11 * time.Second }, false},
		{"second never drained", grew, secondIsFaster, func(r *Result) { r.Final.Runs[1].Drained = false }, false},
		{"both floods", grew, everyPayment, func(*Result) {}, true},
		{"one of the first refused", grew, everyPayment, func(r *Result) { r.Earlier[0].Failed = 1 }, false},
		{"one of the first missing", grew, everyPayment, func(r *Result) { r.Earlier[0].Acked = 299 }, false},

		{"one is hot", heated, oneIsHot, func(*Result) {}, true},
		{"lukewarm", heated, oneIsHot, func(r *Result) { r.Final.Partitions[0].End = 20 }, false},
		{"nothing at all", heated, oneIsHot, func(r *Result) { r.Final.Partitions[1].End = 0 }, false},
		{"one works", heated, oneWorks, func(*Result) {}, true},
		{"three work", heated, oneWorks, func(r *Result) { r.Lag[10].Partitions[1] = 100 }, false},
		{"nobody works", heated, oneWorks, func(r *Result) { r.Lag[10].Partitions[1] = 290 }, false},
		{"no samples", heated, oneWorks, func(r *Result) { r.Lag = nil }, false},
		{"nobody helps", heated, nobodyHelps, func(*Result) {}, true},
		{"the fourth helps", heated, nobodyHelps, func(r *Result) { r.Lag[11].Partitions[1] = 290 }, false},
		{"the fourth has work", heated, nobodyHelps, func(r *Result) { r.Final.Orders[3].Health = lab.Active }, false},
		{"there is no fourth", heated, nobodyHelps, func(r *Result) { r.Final.Orders = r.Final.Orders[:3] }, false},

		{"told once", churned, toldOnce, func(*Result) {}, true},
		{"a crash not told", churned, toldOnce, func(r *Result) { r.Final.Rebalances = slices.Delete(r.Final.Rebalances, 2, 3) }, false},
		{"a merged leave not told", churned, toldOnce, func(r *Result) { r.Final.Rebalances[2].Also = nil }, false},
		{"a join told twice", churned, toldOnce, func(r *Result) { r.Final.Rebalances = append(r.Final.Rebalances, r.Final.Rebalances[1]) }, false},
		{"somebody from outside", churned, toldOnce, func(r *Result) {
			r.Final.Rebalances = append(r.Final.Rebalances, lab.Rebalance{Cause: lab.CauseOther})
		}, false},
		{"the wrong cause", churned, toldOnce, func(r *Result) { r.Final.Rebalances[2].Cause = lab.CauseLeave }, false},
		{"nothing commanded", churned, toldOnce, func(r *Result) { r.Commands, r.Final.Rebalances = nil, nil }, false},
		{"under load", churned, underLoad, func(*Result) {}, true},
		{"no load", churned, underLoad, func(r *Result) { r.Lag[0].Partitions[0] = 0 }, false},
		{"no sample", churned, underLoad, func(r *Result) { r.Lag = nil }, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := test.play()
			test.change(&r)
			if c := test.check(r); c.Passed != test.passes {
				t.Errorf("passed %v, want %v: %s: expected %q, measured %q", c.Passed, test.passes, c.Name, c.Expected, c.Measured)
			}
		})
	}
}

func TestCostsSumUpWhatCanBeTold(t *testing.T) {
	list := []lab.Rebalance{
		{Cause: lab.CauseStart, Protocol: "KIP-848"},
		{Cause: lab.CauseJoin, Protocol: "KIP-848", Moved: []lab.Move{moved(0, 1, 2, 100*time.Millisecond), {Partition: 1, From: 1, To: 2}}},
		{Cause: lab.CauseJoin, Protocol: "KIP-848", Moved: []lab.Move{moved(0, 1, 2, 300*time.Millisecond)},
			Kept: []lab.Kept{{Pause: 120 * time.Millisecond, Measured: true}, {Pause: time.Hour}}},
		{Cause: lab.CauseCrash, Protocol: "KIP-848", Moved: []lab.Move{moved(0, 1, 2, time.Second)}, Also: []lab.Change{{Cause: lab.CauseLeave}}},
		{Cause: lab.CauseCrash, Protocol: "KIP-848", Open: true},
		{Cause: lab.CauseLeave, Protocol: "range"},
	}
	list[2].Moved[0].Redelivered = 2
	want := []Cost{
		{"KIP-848", lab.CauseJoin, 2, 300 * time.Millisecond, 200 * time.Millisecond, 120 * time.Millisecond, 2},
		{"range", lab.CauseLeave, 1, -1, -1, -1, 0},
	}
	if got := Costs(list); !slices.Equal(got, want) {
		t.Errorf("costs\n%+v\nwant\n%+v", got, want)
	}
}

func TestChangesKeepSomebodyAliveAndNobodyTooMany(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	orders := []lab.Instance{{Name: instance(1), Number: 1, Health: lab.Active}}
	kinds := map[string]int{}
	for range 1000 {
		c := change(random, orders)
		set := func(name string, wanted []lab.Health, h lab.Health) {
			i := slices.IndexFunc(orders, func(i lab.Instance) bool { return i.Name == name })
			if i < 0 || !slices.Contains(wanted, orders[i].Health) {
				t.Fatalf("%#v of %+v", c, orders)
			}
			orders[i].Health = h
		}
		kinds[strings.Fields(order(c).String())[0]]++
		switch c := c.(type) {
		case lab.AddConsumer:
			orders = append(orders, lab.Instance{Name: instance(len(orders) + 1), Number: len(orders) + 1, Health: lab.Joining})
		case lab.Restart:
			set(c.Name, []lab.Health{lab.Crashed, lab.Left}, lab.Standby)
		case lab.Stop:
			set(c.Name, []lab.Health{lab.Joining, lab.Active, lab.Standby}, lab.Left)
		case lab.Kill:
			set(c.Name, []lab.Health{lab.Joining, lab.Active, lab.Standby}, lab.Crashed)
		}
		alive := slices.DeleteFunc(slices.Clone(orders), func(i lab.Instance) bool { return i.Health == lab.Crashed || i.Health == lab.Left })
		if len(alive) < 1 || len(orders) > mostConsumers {
			t.Fatalf("%d alive of %d after %#v", len(alive), len(orders), c)
		}
	}
	if kinds["stop"] < 100 || kinds["kill"] < 100 || kinds["start"] < 100 || kinds["add"] != mostConsumers-1 {
		t.Errorf("kinds %v, want some of each", kinds)
	}
}

func TestASeedIsForWhatIsLeftToChance(t *testing.T) {
	s, err := find(t, "churn").WithSeed(7)
	if err != nil || !strings.Contains(s.Setup.load().String(), "--seed 7") {
		t.Errorf("%v, error %v, want seed 7 in words", s.Setup, err)
	}
	if _, err := find(t, "churn").WithSeed(0); err == nil {
		t.Error("churn took the seed that stands for none")
	}
	if _, err := find(t, "flood").WithSeed(7); err == nil {
		t.Error("flood took a seed")
	}
}

func TestTheSameSeedMakesTheSameChoices(t *testing.T) {
	picture := churned().Final
	choices := func(seed uint64) (words []string) {
		s := find(t, "churn").Setup
		s.Seed = seed
		for n := range uint64(churnChanges) {
			step := changeAtRandom(s, n)
			words = append(words, step.Pause.String(), order(step.Choose(picture)[0]).String())
		}
		return words
	}
	if !slices.Equal(choices(3), choices(3)) || slices.Equal(choices(3), choices(4)) {
		t.Errorf("twice with seed 3: %q and %q; with seed 4: %q", choices(3), choices(3), choices(4))
	}
}

func TestFloodsTooShortToShowAnythingAreRefused(t *testing.T) {
	for _, name := range []string{"grow", "hotkey", "protocols", "churn"} {
		if _, err := find(t, name).With(20, 100*time.Millisecond); err == nil {
			t.Errorf("%s took 20 payments", name)
		}
		if s := find(t, name); s.Refuse(s.Setup) != nil {
			t.Errorf("%s refuses its own setup: %v", name, s.Refuse(s.Setup))
		}
	}
}
