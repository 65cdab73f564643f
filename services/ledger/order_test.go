package ledger_test

import (
	"sync/atomic"
	"testing"
	"time"

	"blackfriday/kafka"
	"blackfriday/services/ledger"
)

// watched runs a ledger whose members do as told, until a picture is good, and fails if one before it is bad.
func watched(s *shop, work func() ledger.Work, good, bad func(ledger.Entry) bool) {
	s.Helper()
	l := ledger.New(ledger.Config{Cluster: s.Cluster, Work: work, Every: time.Millisecond})
	defer s.run(l)()
	deadline := time.After(patience)
	for {
		select {
		case <-deadline:
			s.Fatalf("the books say %+v", *l.Picture())
		case <-time.After(100 * time.Microsecond):
		}
		switch p := l.Picture(); {
		case bad(p.Total):
			s.Fatalf("the books say %+v", p.Total)
		case p.Known && good(p.Total):
			return
		}
	}
}

// TestCommitsAreAskedBeforeWork: a member commits payments one by one, each as soon as the auditor has asked what it
// does.
func TestCommitsAreAskedBeforeWork(t *testing.T) {
	const n = 10
	s := openShop(t)
	s.payAt(0, n)
	var committed atomic.Int64
	watched(s, func() ledger.Work {
		w := ledger.Work{Committed: []kafka.Span{payments(0, 0, committed.Load())}}
		if committed.Load() < n {
			s.commit(0, committed.Add(1))
		}
		return w
	}, func(e ledger.Entry) bool { return e.Lost == worth(n, n) }, func(e ledger.Entry) bool { return e.Foreign.Count > 0 })
}
