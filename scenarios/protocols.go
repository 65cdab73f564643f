package scenarios

import (
	"slices"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

func protocols() Scenario {
	setup := standard()
	setup.Payments, setup.EveryProtocol = 3_000, true
	return Scenario{
		Name:    "protocols",
		Summary: phrase.New("A leave, a crash and two joins under each group protocol, and for how long nobody read."),
		Setup:   setup,
		Refuse:  tooShortForProtocols,
		Steps: func(s Setup) []Step {
			steps := []Step{pour(s)}
			for i, p := range kafka.Protocols() {
				steps = append(steps, tryProtocol(s, p, i)...)
			}
			return append(steps, hurry(s)...)
		},
		Checks: join(everyCause, leavesInTime, crashesInTime, keptGoOn, oneReader, nobodyOrphaned, everyPayment, fewDuplicates),
	}
}

// tryProtocol has a member leave, another crash, and both come back, under the protocol that is the i-th to be tried.
func tryProtocol(s Setup, p kafka.Protocol, i int) []Step {
	within := s.SessionTimeout + 15*time.Second
	change := func(say phrase.Phrase, c lab.Command, over Condition) Step {
		// What the change before left behind is read before the next one begins.
		return Step{
			Say: phrase.New("%s: %s", p, say), Do: []lab.Command{c}, Pause: time.Second, Until: over, Within: within,
		}
	}
	return []Step{
		{
			Say:    phrase.New("Switch the group to %s: all leave and come back together.", p),
			Choose: switchTo(p),
			Until:  speaking(p),
			Within: within,
		},
		change(phrase.New("the busiest consumer leaves politely."), lab.Stop{}, measured(lab.CauseLeave, i+1)),
		change(phrase.New("it comes back."), lab.Restart{}, measured(lab.CauseJoin, 2*i+1)),
		change(phrase.New("the busiest consumer loses power."), lab.Kill{}, measured(lab.CauseCrash, i+1)),
		change(phrase.New("it comes back."), lab.Restart{}, measured(lab.CauseJoin, 2*i+2)),
	}
}

// switchTo asks for a protocol unless it is in force.
func switchTo(p kafka.Protocol) func(*lab.Snapshot) []lab.Command {
	return func(s *lab.Snapshot) []lab.Command {
		if s.Settings.Protocol == p.String() {
			return nil
		}
		return []lab.Command{lab.SetProtocol{Protocol: string(p)}}
	}
}

func speaking(p kafka.Protocol) Condition {
	return Condition{
		Text:  phrase.New("every partition read under %s, and no rebalance under way", p),
		Holds: func(s *lab.Snapshot) bool { return s.Settings.Protocol == p.String() && atRest(s) },
	}
}

// atRest says that the group has settled and every rebalance is over.
func atRest(s *lab.Snapshot) bool {
	return settled().Holds(s) && !slices.ContainsFunc(s.Rebalances, func(r lab.Rebalance) bool { return r.Open })
}

// measured waits for the n-th rebalance of a cause whose partitions all have a new reader that has begun.
func measured(cause lab.Cause, n int) Condition {
	return Condition{
		Text: phrase.New("a group at rest after %s %d, with every moved partition read again", CauseText(cause), n),
		Holds: func(s *lab.Snapshot) bool {
			list := of(s.Rebalances, cause)
			return len(list) >= n && readAgain(list[n-1]) && atRest(s)
		},
	}
}

// of returns the rebalances of a cause, oldest first.
func of(list []lab.Rebalance, cause lab.Cause) []lab.Rebalance {
	return slices.DeleteFunc(slices.Clone(list), func(r lab.Rebalance) bool { return r.Cause != cause })
}

// readAgain says that partitions moved and that each has a new reader that has begun.
func readAgain(r lab.Rebalance) bool {
	return !r.Open && len(r.Moved) > 0 &&
		!slices.ContainsFunc(r.Moved, func(m lab.Move) bool { return m.To == 0 || !m.Measured })
}

// tooShortForProtocols refuses floods that would be over before the last protocol was tried. Each takes the session
// timeout of its crash, and some 8 s for everything else.
func tooShortForProtocols(s Setup) error {
	least := time.Duration(len(kafka.Protocols())) * (s.SessionTimeout + 8*time.Second)
	if s.ideal() >= least {
		return nil
	}
	return phrase.Errorf("%d consumers drain that in %v, and trying %d protocols takes about %v: raise --payments or --delay",
		s.readers(), Span(s.ideal()), len(kafka.Protocols()), Span(least))
}

// everyCause: the table has no holes.
func everyCause(r Result) Check {
	costs := Costs(r.Final.Rebalances)
	var missing []phrase.Phrase
	for _, p := range kafka.Protocols() {
		for _, cause := range measuredCauses() {
			if !slices.ContainsFunc(costs, func(c Cost) bool {
				return c.Protocol == p.String() && c.Cause == cause && c.UnreadMax >= 0
			}) {
				missing = append(missing, phrase.New("%s under %s", CauseText(cause), p))
			}
		}
	}
	measured := phrase.New("every one")
	if len(missing) > 0 {
		measured = phrase.New("missing: %s", together(", ", missing))
	}
	return Check{
		Name:     phrase.New("measured"),
		Expected: phrase.New("a leave, a crash and a join under each of %d protocols", len(kafka.Protocols())),
		Measured: measured,
		Passed:   len(missing) == 0,
	}
}

// leavesInTime: who leaves politely is missed at the next heartbeat. The clock starts when the leaver begins its last
// payment, and the new reader may be in the middle of one.
func leavesInTime(r Result) Check {
	return unreadWithin(r, phrase.New("unread after a leave"), lab.CauseLeave, handoverLimit(r.Setup))
}

// crashesInTime: the broker gives a silent member up after its session timeout; then the others learn of it as they do
// of a leave.
func crashesInTime(r Result) Check {
	return unreadWithin(r, phrase.New("unread after a crash"), lab.CauseCrash, r.Setup.SessionTimeout+handoverLimit(r.Setup))
}

// handoverLimit is a heartbeat until the others hear of it, 0.3 s to hand over, and a payment at each end.
func handoverLimit(s Setup) time.Duration { return s.Heartbeat + 300*time.Millisecond + 2*s.Delay }

// unreadWithin judges every rebalance of a cause, under whatever protocol.
func unreadWithin(r Result, name phrase.Phrase, cause lab.Cause, limit time.Duration) Check {
	c := Check{Name: name, Expected: phrase.New("every partition that moved is read again within %s", elapsed(limit))}
	list := of(r.Final.Rebalances, cause)
	if len(list) == 0 {
		c.Measured = phrase.New("no %s", CauseText(cause))
		return c
	}
	c.Passed = true
	words := make([]phrase.Phrase, len(list))
	for i, b := range list {
		longest, _, _ := b.Unread()
		words[i] = phrase.New("%s %s", b.Protocol, elapsed(longest))
		if !readAgain(b) {
			words[i] = phrase.New("%s not all of them", b.Protocol)
		}
		c.Passed = c.Passed && readAgain(b) && longest <= limit
	}
	c.Measured = together(", ", words)
	return c
}

// keptGoOn: where a rebalance takes away only what moves, a partition that stays pauses for its reader's turn over all
// its partitions and no longer. The eager protocols take everything away each time. What stops the whole machine stops
// partitions too: the longest stall of the player itself is allowed on top.
func keptGoOn(r Result) Check {
	const slack = 50 * time.Millisecond
	c := Check{
		Name: phrase.New("kept partitions"),
		Expected: phrase.New("under %s and %s none pauses longer than its reader's turns and %s",
			kafka.ConsumerProtocol, kafka.CooperativeSticky, elapsed(slack)),
		Passed: true,
	}
	var words []phrase.Phrase
	for i, b := range r.Final.Rebalances {
		if !slices.Contains(measuredCauses(), b.Cause) || !incremental(b.Protocol) {
			continue
		}
		stall := r.stalled(b.At, nextAt(r.Final, i))
		for _, k := range b.Kept {
			limit := time.Duration(turns(b, k.Reader))*r.Setup.Delay + slack + stall
			if k.Measured && k.Pause > limit {
				words = append(words, phrase.New("P%d %s in a %s under %s (allowed %s)",
					k.Partition, elapsed(k.Pause), CauseText(b.Cause), b.Protocol, elapsed(limit)))
			}
		}
	}
	c.Passed = len(words) == 0
	c.Measured = listed(words, phrase.New("none"))
	return c
}

// nextAt is when the rebalance after the i-th began, or the play ended.
func nextAt(s *lab.Snapshot, i int) time.Time {
	if i+1 < len(s.Rebalances) {
		return s.Rebalances[i+1].At
	}
	return s.At
}

func incremental(protocol string) bool {
	return protocol == kafka.ConsumerProtocol.String() || protocol == kafka.CooperativeSticky.String()
}

// turns is over how many partitions a reader took turns, before or after the rebalance, whichever is more.
func turns(b lab.Rebalance, reader int) int {
	var kept, lost, won int
	for _, k := range b.Kept {
		if k.Reader == reader {
			kept++
		}
	}
	for _, m := range b.Moved {
		if m.From == reader {
			lost++
		}
		if m.To == reader {
			won++
		}
	}
	return kept + max(lost, won)
}

func oneReader(r Result) Check {
	return Check{
		Name:     phrase.New("one reader"),
		Expected: phrase.New("no payment begun by a consumer whose partition had been given to another"),
		Measured: phrase.New("%s batches", count(r.Final.TwoReaders)),
		Passed:   r.Final.TwoReaders == 0,
	}
}
