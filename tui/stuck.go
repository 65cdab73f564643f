package tui

import (
	"fmt"
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// stoppedAt says on what somebody is stuck: "P1@215".
func stoppedAt(b *lab.Blocked) string { return fmt.Sprintf("P%d@%d", b.Partition, b.Offset) }

// blockedInBar writes over the end of a partition's bar of w cells that its reader does not get past a payment. The
// beginning of the bar stays in sight.
func (st *styles) blockedInBar(b *lab.Blocked, bar string, w int) string {
	const least = 3
	word := " " + st.t("BLOCKED @%d %s%d", b.Offset, st.g.times, b.Attempts) + " "
	if width(word) > w-least {
		word = " " + st.t("BLOCKED") + " "
	}
	word = cut(word, w, st.ascii)
	return cells(bar, 0, w-width(word)) + st.alarm.Render(word)
}

// blockedLine is the same as a sentence of at most w cells: by what, how often it was tried, and why it fails.
func (st *styles) blockedLine(b *lab.Blocked, w int) string {
	head := st.t("BLOCKED by %s, attempt %s:", stoppedAt(b), phrase.Number(b.Attempts)) + " "
	return cut(st.bad.Render(head)+st.told(b.Reason, max(w-width(head), 0)), w, st.ascii)
}

// blockedNotice is the sentence under the partitions about one that is blocked.
func (st *styles) blockedNotice(s *lab.Snapshot, p lab.Partition, w int) string {
	hint := ""
	if w >= 100 {
		hint = st.muted.Render(st.t("%s changes the policy", DefaultKeys().Policy.Help().Key) + " ")
	}
	return st.ends(st.blockedSentence(s, p, w-width(hint)-1), hint, w)
}

// blockedSentence says in at most w cells what a partition does not get past.
func (st *styles) blockedSentence(s *lab.Snapshot, p lab.Partition, w int) string {
	b := p.Blocked
	head := st.bad.Render(" "+st.g.bad+" "+st.t("P%d BLOCKED by %s:", p.ID, stoppedAt(b))) + " " +
		st.t("attempt %s in %s.", phrase.Number(b.Attempts), st.took(s.At.Sub(b.Since))) + " "
	return head + st.muted.Render(st.told(b.Reason, max(w-width(head), 0)))
}

// blockedPartition is the first partition that does not get past a payment.
func blockedPartition(s *lab.Snapshot) (lab.Partition, bool) {
	for _, p := range s.Partitions {
		if p.Blocked != nil {
			return p, true
		}
	}
	return lab.Partition{}, false
}

// leastLoop is how often in a row a payment crashes an instance before that is called a loop.
const leastLoop = 2

// crashLoop is the instance that crashed most often in a row on one payment.
func crashLoop(s *lab.Snapshot) (worst lab.Instance, ok bool) {
	for _, i := range instances(s) {
		if i.Crashes >= leastLoop && i.Crashes > worst.Crashes {
			worst, ok = i, true
		}
	}
	return worst, ok
}

// loopDetail is what a consumer's row says of its crashes on one payment.
func (st *styles) loopDetail(i lab.Instance, w int) string {
	const long = 33
	loop := st.t("crash loop %s%d", st.g.times, i.Crashes)
	if w < long {
		loop = st.t("loop %s%d", st.g.times, i.Crashes)
	}
	if i.Crashes < leastLoop && i.Blocked != nil {
		loop = st.t("crashed on %s", stoppedAt(i.Blocked))
	}
	switch {
	case i.RestartIn > 0 && w < long:
		loop = st.t("%s, in %s", loop, st.seconds(i.RestartIn))
	case i.RestartIn > 0:
		loop = st.t("%s, again in %s", loop, st.seconds(i.RestartIn))
	}
	return st.bad.Render(cut(loop, w, st.ascii))
}

// loopNotice is the sentence under the partitions about an instance in a crash loop.
func (st *styles) loopNotice(i lab.Instance, w int) string {
	hint := ""
	if w >= 100 {
		hint = st.muted.Render(" " + st.t("%s changes the policy", DefaultKeys().Policy.Help().Key) + " ")
	}
	return st.ends(st.loopSentence(i, w), hint, w)
}

// loopSentence says of what an instance dies again and again.
func (st *styles) loopSentence(i lab.Instance, w int) string {
	head := " " + st.g.bad + " " + st.t("CRASH LOOP %s%d:", st.g.times, i.Crashes)
	rest := " " + st.t("%s dies of a payment, is restarted and meets it again.", visible(i.Name, 12, st.ascii))
	if b := i.Blocked; b != nil {
		rest = " " + st.t("%s dies of %s.", visible(i.Name, 12, st.ascii), stoppedAt(b)) + " " + st.told(b.Reason, w)
	}
	return st.bad.Render(head) + rest
}

// openTransaction is the topic whose readers have waited longest for a transaction to end, and longer than one usually
// takes.
func openTransaction(s *lab.Snapshot) (worst lab.Topic, ok bool) {
	for _, t := range s.Topics {
		if waits(s, t) && (!ok || t.HiddenFor > worst.HiddenFor) {
			worst, ok = t, true
		}
	}
	return worst, ok
}

// waits says whether the readers of a topic wait for a transaction that is not just one of many: its writer died, or it
// takes far too long.
func waits(s *lab.Snapshot, t lab.Topic) bool {
	return t.Hidden > 0 && (t.Writer != "" || t.HiddenFor > s.Settings.CommitInterval+time.Second)
}

// transactionSentence says what waits for an open transaction, whose it is and for how long.
func (st *styles) transactionSentence(t lab.Topic) string {
	if t.Writer == "" {
		return st.t("waiting for an open transaction: %s hidden for %s", st.things(t.Name, t.Hidden), st.took(t.HiddenFor))
	}
	return st.t("waiting for an open transaction of %s: %s hidden for %s", visible(t.Writer, 14, st.ascii), st.things(t.Name, t.Hidden), st.took(t.HiddenFor))
}

// noun is what one record of a topic is called.
func (st *styles) noun(topic string) string {
	switch topic {
	case "payment-successful":
		return st.t("payment")
	case "order-created":
		return st.t("order")
	case "email-sent":
		return st.t("e-mail")
	case "dlq-payment":
		return st.t("dead letter")
	}
	return st.t("record")
}

// things counts records of a topic by what they are called.
func (st *styles) things(topic string, n int64) string {
	switch topic {
	case "payment-successful":
		return st.count(n, "%s payment", "%s payments")
	case "order-created":
		return st.count(n, "%s order", "%s orders")
	case "email-sent":
		return st.count(n, "%s e-mail", "%s e-mails")
	case "dlq-payment":
		return st.count(n, "%s dead letter", "%s dead letters")
	}
	return st.count(n, "%s record", "%s records")
}

// transactionLines say for every topic what waits for an open transaction.
func transactionLines(st *styles, s *lab.Snapshot, w int) []string {
	var out []string
	for _, t := range s.Topics {
		if waits(s, t) {
			text := " " + st.g.waiting + " " + visible(t.Name, 18, st.ascii) + ": " + st.transactionSentence(t)
			out = append(out, st.warn.Render(cut(text, w, st.ascii)))
		}
	}
	return out
}
