package tui

import (
	"time"

	"blackfriday/services/lab"
)

// doubt is why the books are not the whole truth at this moment.
type doubt struct {
	long, short string // in a word or two
	why         string // what the auditor does instead: "waits for ...", as the end of a sentence about it
	style       pen
}

// auditedWithin is how long ago the auditor may have asked the brokers before the dashboard says so.
const auditedWithin = 5 * time.Second

// doubt says why the books are not the whole truth at this moment; false when they are. While a transaction is open,
// what it hides is not what the auditor has failed to read.
func (st *styles) doubt(s *lab.Snapshot) (d doubt, ok bool) {
	p := s.Ledger
	topic, open := hiddenTopic(s)
	switch age := s.At.Sub(p.Looked); {
	case p.Err != "":
		return doubt{"auditor failed", "failed", "cannot read on: " + visible(p.Err, 400, st.ascii), st.bad}, true
	case open:
		return doubt{"open transaction", "open tx", "waits for an open transaction in " + visible(topic, 18, st.ascii), st.warn}, true
	case age > auditedWithin:
		return doubt{"silent " + clock(age), "silent", "has not asked the brokers for " + clock(age), st.warn}, true
	case p.Behind > 0:
		return doubt{compact(p.Behind) + " behind", "behind", "is " + count(p.Behind, "record") + " behind", st.warn}, true
	}
	return doubt{}, false
}

// hiddenTopic is a topic that the auditor cannot read on in because a transaction is open there.
func hiddenTopic(s *lab.Snapshot) (name string, ok bool) {
	if blocked := s.Ledger.Blocked; len(blocked) > 0 {
		return blocked[0], true
	}
	t, ok := openTransaction(s)
	return t.Name, ok
}

// doubtWord says in at most w cells why the balance is not sure. It is empty when the balance is.
func (st *styles) doubtWord(s *lab.Snapshot, w int) string {
	d, ok := st.doubt(s)
	switch e := s.Ledger.Total; {
	case ok && w < longDoubt:
		return d.style.Render(d.short)
	case ok:
		return d.style.Render(cut(d.long, w, st.ascii))
	case w < longDoubt: // the sum names them, and the sign stands beside it
	case e.Foreign.Count > 0:
		return st.warn.Render("foreign unproven")
	case e.Expired.Count > 0:
		return st.warn.Render("expired unread")
	}
	return ""
}
