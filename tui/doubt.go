package tui

import (
	"time"

	"blackfriday/services/lab"
)

// doubt is why the books are not the whole truth at this moment.
type doubt struct {
	long, short string // in a word or two
	why         string // what the auditor does instead: the end of a sentence
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
	case p.Err != nil:
		return doubt{st.t("auditor failed"), st.t("failed"), st.t("the auditor cannot read on: %s", st.toldOf(p.Err, 400)), st.bad}, true
	case open:
		return doubt{st.t("open transaction"), st.t("open tx"), st.t("the auditor waits for an open transaction in %s", visible(topic, 18, st.ascii)), st.warn}, true
	case age > auditedWithin:
		return doubt{st.t("silent %s", clock(age)), st.t("silent"), st.t("the auditor has not asked the brokers for %s", clock(age)), st.warn}, true
	case p.Behind > 0:
		return doubt{st.t("%s behind", st.compact(p.Behind)), st.t("behind"), st.count(p.Behind, "the auditor is %s record behind", "the auditor is %s records behind"), st.warn}, true
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
		return d.style.Render(cut(d.short, w, st.ascii))
	case ok:
		return d.style.Render(cut(d.long, w, st.ascii))
	case w < longDoubt: // the sum names them, and the sign stands beside it
	case e.Foreign.Count > 0:
		return st.warn.Render(cut(st.t("foreign unproven"), w, st.ascii))
	case e.Expired.Count > 0:
		return st.warn.Render(cut(st.t("expired unread"), w, st.ascii))
	}
	return ""
}
