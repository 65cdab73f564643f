package scenarios

import (
	"slices"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// check judges one aspect of a play that came to its end: Result.Final and Result.Count are set.
type check func(Result) Check

// join makes the Checks of a scenario out of single ones.
func join(checks ...check) func(Result) []Check {
	return func(r Result) []Check {
		judged := make([]Check, len(checks))
		for i, judge := range checks {
			judged[i] = judge(r)
		}
		return judged
	}
}

// everyPayment: what was sent came out at the other end, by identity.
func everyPayment(r Result) Check {
	c := r.Count
	sent, _ := r.Sent()
	stray := c.Foreign + c.Forged
	return Check{
		Name: phrase.New("nothing lost"),
		Expected: phrase.New("%s payments acknowledged, lost 0, unfinished 0, of unknown origin 0, an e-mail for every order",
			count(r.Setup.Payments)),
		Measured: phrase.New("%s acknowledged, %s refused, %s of unknown outcome; lost %s, unfinished %s, of unknown origin %s, orders without an e-mail %s",
			count(sent.Acknowledged), count(sent.Refused), count(sent.Unknown), count(c.Lost), count(c.Waiting), count(stray), count(c.Unmailed)),
		Passed: sent == Sent{Acknowledged: int64(r.Setup.Payments)} &&
			c.Lost == 0 && c.Waiting == 0 && stray == 0 && c.Unmailed == 0,
	}
}

func noDuplicate(r Result) Check { return duplicatesWithin(r, 0) }

// fewDuplicates allows what at-least-once costs in a crash: a consumer commits about every 250 ms, so what it finished
// since then is done again by the next one. Twice that is allowed, and the payment it had in hand.
func fewDuplicates(r Result) Check {
	const uncommitted = 500 * time.Millisecond
	perPartition := 1 + int64(uncommitted/max(r.Setup.Delay, time.Millisecond))
	moved := 0
	for _, b := range r.Final.Rebalances {
		if b.Cause == lab.CauseCrash {
			moved += len(b.Moved)
		}
	}
	return duplicatesWithin(r, perPartition*int64(moved))
}

func duplicatesWithin(r Result, limit int64) Check {
	c := r.Count
	return Check{
		Name:     phrase.New("duplicates"),
		Expected: phrase.New("at most %s payments done twice, no e-mail sent twice", count(limit)),
		Measured: phrase.New("%s done twice, %s sent twice", count(c.Duplicates), count(c.MailDuplicates)),
		Passed:   c.Duplicates <= limit && c.MailDuplicates == 0,
	}
}

// quickFlood holds the brokers to 20 ms per 1,000 payments. That is the median of five, which BenchmarkFlood measures; a
// play floods once, on connections that were never used, so it allows 50 ms more. A real cluster may have to warm up, too:
// there it is the time after which the lab gives a write up.
func quickFlood(r Result) Check {
	thousands := (r.Setup.Payments + 999) / 1000
	limit := time.Duration(thousands)*20*time.Millisecond + 50*time.Millisecond
	if !r.Final.Cluster.Embedded {
		limit += kafka.WriteTimeout
	}
	return Check{
		Name:     phrase.New("flood"),
		Expected: phrase.New("%s payments acknowledged within %s", count(r.Setup.Payments), elapsed(limit)),
		Measured: elapsed(r.Flood),
		Passed:   r.Flood >= 0 && r.Flood <= limit,
	}
}

// drainInTime holds the flood to what its readers need.
func drainInTime(r Result) Check {
	limit, words := drainLimit(r.Final, r.Setup)
	return Check{
		Name:     phrase.New("drain"),
		Expected: phrase.New("%d reading: lag zero within %s", r.Setup.readers(), words),
		Measured: elapsed(r.Drain),
		Passed:   r.Drain >= 0 && r.Drain <= limit,
	}
}

// drainLimit allows, on top of the simulated work, 0.9 s for the group's last commit and its reading and 0.6 ms per
// payment for everything that is not simulated: 34.5 s and 101.5 s for the course's 1,000 payments of 100 ms. On a real
// cluster it allows the writes, too, each as long as it took on average in this very play: what they cost there is the
// cluster's doing, and the check is about how many are worked on beside each other. The words say what the limit is made of.
func drainLimit(s *lab.Snapshot, setup Setup) (limit time.Duration, words phrase.Phrase) {
	share := setup.share()
	limit = setup.ideal() + 900*time.Millisecond + time.Duration(share)*600*time.Microsecond
	words = phrase.New("%s of simulated work", elapsed(setup.ideal()))
	if !s.Cluster.Embedded {
		each := meanWrite(s)
		limit += time.Duration(share) * each
		words = phrase.New("%s and %s writes of %s, their mean in this play", words, count(share), elapsed(each.Round(100*time.Microsecond)))
	}
	return limit, phrase.New("%s (%s)", elapsed(limit), words)
}

// meanWrite is how long the order consumers waited for the acknowledgement of what they wrote, per payment.
func meanWrite(s *lab.Snapshot) time.Duration {
	var waited time.Duration
	var payments int64
	for _, i := range s.Orders {
		waited, payments = waited+i.Writing, payments+i.Processed
	}
	return waited / time.Duration(max(1, payments))
}

// fairTurns: a consumer that reads several partitions lets none of them wait for another to be empty. Without simulated
// work it reads in batches, whose turns are as long as the batches are.
func fairTurns(r Result) Check {
	limit := int64(r.Setup.Payments)
	if r.Setup.Delay > 0 {
		limit = max(5, int64(time.Second/r.Setup.Delay))
	}
	widest := widestSpread(r.Lag, r.Final.Flood.StartedAt.Add(r.Final.Flood.Took))
	return Check{
		Name:     phrase.New("fair turns"),
		Expected: phrase.New("the lags of the partitions never more than %s apart", count(limit)),
		Measured: phrase.New("%s apart at most", count(widest)),
		Passed:   widest <= limit,
	}
}

// widestSpread leaves out the flood itself, while the partitions are still being filled one after the other.
func widestSpread(samples []Sample, flooded time.Time) int64 {
	var widest int64
	for _, s := range samples {
		if s.At.After(flooded) && len(s.Partitions) > 0 {
			widest = max(widest, slices.Max(s.Partitions)-slices.Min(s.Partitions))
		}
	}
	return widest
}

// benchHolds: a partition has one reader, so consumers beyond the number of partitions have nothing to read.
func benchHolds(r Result) Check {
	bench, readers := 0, map[int]int{}
	for _, i := range r.Final.Orders {
		if i.Health == lab.Standby {
			bench++
		}
	}
	for _, p := range r.Final.Partitions {
		if !unattended(p) {
			readers[p.Reader]++
		}
	}
	wanted := max(0, r.Setup.Orders-r.Setup.Partitions)
	return Check{
		Name:     phrase.New("bench"),
		Expected: phrase.New("%d consumers without a partition, %d with one each", wanted, r.Setup.readers()),
		Measured: phrase.New("%d without, %d reading %d partitions", bench, len(readers), len(r.Final.Partitions)),
		Passed:   bench == wanted && len(readers) == r.Setup.readers(),
	}
}

// crashHandover: the broker gives a silent member up after its session timeout; noticing and moving takes 1 s at most.
func crashHandover(r Result) Check {
	return handover(r, lab.CauseCrash, r.Setup.SessionTimeout+time.Second)
}

// leaveHandover: who leaves politely is missed at the next heartbeat. The clock starts when the leaver begins its last
// payment, and the new reader may be in the middle of one: up to 100 ms of each are part of the 0.5 s.
func leaveHandover(r Result) Check {
	const allowed = 100 * time.Millisecond
	slow := 2 * max(0, r.Setup.Delay-allowed)
	return handover(r, lab.CauseLeave, r.Setup.Heartbeat+500*time.Millisecond+slow)
}

func handover(r Result, cause lab.Cause, limit time.Duration) Check {
	c := Check{
		Name:     phrase.New("unread"),
		Expected: phrase.New("every partition of the lost consumer read again within %s", elapsed(limit)),
	}
	change, found := rebalance(r.Final, cause)
	if !found || len(change.Moved) == 0 {
		c.Measured = phrase.New("no partition changed hands")
		return c
	}
	c.Passed = true
	moves := make([]phrase.Phrase, len(change.Moved))
	for i, m := range change.Moved {
		moves[i] = phrase.New("P%d %s after %s", m.Partition, reader(m.To), elapsed(m.Unread))
		c.Passed = c.Passed && m.Measured && m.Unread <= limit
	}
	c.Measured = together(", ", moves)
	return c
}

func nobodyOrphaned(r Result) Check {
	orphans := 0
	for _, p := range r.Final.Partitions {
		if unattended(p) {
			orphans++
		}
	}
	return Check{
		Name:     phrase.New("owners"),
		Expected: phrase.New("all %d partitions owned and read by a living consumer", r.Setup.Partitions),
		Measured: phrase.New("%d of %d", len(r.Final.Partitions)-orphans, r.Setup.Partitions),
		Passed:   orphans == 0 && len(r.Final.Partitions) == r.Setup.Partitions,
	}
}
