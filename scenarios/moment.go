package scenarios

import (
	"context"
	"slices"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/audit"
	"blackfriday/services/lab"
)

// Moment is what was kept of a play at the end of one step.
type Moment struct {
	Name phrase.Phrase
	// Picture is the one in which the step ended; where the topics were counted, the one that was
	// there then: its books are those to be held against the count.
	Picture *lab.Snapshot
	Count   *audit.Count    // what the topics held; nil: they were not counted
	Letters []*kafka.Record // the dead letters, in the order in which they were written; nil: they were not read
}

// theEnd is the name of the moment after the last step.
func theEnd() phrase.Phrase { return phrase.New("the end") }

// NewPlayer returns a player whose topics are counted by a stranger: open gives it a connection of its own to the lab's
// cluster, for each count.
func NewPlayer(l Lab, open func(context.Context) (*kafka.Cluster, error)) Player {
	return Player{
		Lab: l,
		Audit: func(ctx context.Context) (audit.Count, error) {
			cluster, err := open(ctx)
			if err != nil {
				return audit.Count{}, phrase.Errorf("count the topics: %w", err)
			}
			defer cluster.Close()
			return audit.Read(ctx, cluster)
		},
		Letters: func(ctx context.Context) ([]*kafka.Record, error) {
			cluster, err := open(ctx)
			if err != nil {
				return nil, phrase.Errorf("read the dead letters: %w", err)
			}
			defer cluster.Close()
			return readLetters(ctx, cluster)
		},
	}
}

// maxLetters is how many dead letters are kept: a scenario writes a few of each pill.
const maxLetters = 1000

// readLetters reads the oldest dead letters. Their topic has one partition, so that they come in their order.
func readLetters(ctx context.Context, cluster *kafka.Cluster) (letters []*kafka.Record, err error) {
	err = cluster.ReadAll(ctx, []string{kafka.DLQPayment}, func(r *kafka.Record) {
		if len(letters) < maxLetters {
			letters = append(letters, r)
		}
	})
	return letters, err
}

// counting is what the player says of the count.
func counting() phrase.Phrase { return phrase.New("Count every topic by identity.") }

// booksWithin is how long the books may take, once everything is done, until they agree with a count: the auditor looks
// every half second at the latest, and an open transaction of a dead member may hold it up for the session timeout.
const booksWithin = 20 * time.Second

// moment returns what was kept under a name.
func (r Result) moment(name phrase.Phrase) (m Moment, found bool) {
	i := slices.IndexFunc(r.Moments, func(m Moment) bool { return m.Name.String() == name.String() })
	if i < 0 {
		return Moment{}, false
	}
	return r.Moments[i], true
}

// endsCounted says that nothing has happened since the topics were counted.
func (r Result) endsCounted() bool {
	n := len(r.Moments)
	return n > 0 && r.Moments[n-1].Count != nil
}

// keep keeps what a step that came to its end is to be remembered by.
func (p Player) keep(ctx context.Context, step Step, r *Result) (failures []Check) {
	switch {
	case step.Count:
		return p.settle(ctx, r, step.Keep)
	case !step.Keep.Empty():
		r.Moments = append(r.Moments, Moment{Name: step.Keep, Picture: r.Final})
	}
	return nil
}

// settle has the topics counted until the lab's own books say the same. A count and the books can only agree once nothing
// goes on any more, and an e-mail may still be on its way: so they are compared again until patience ends.
func (p Player) settle(ctx context.Context, r *Result, name phrase.Phrase) (failures []Check) {
	quiet := Step{Say: phrase.New("Wait until the auditor has closed its books."), Until: closed(), Within: booksWithin}
	_ = p.carryOut(ctx, quiet, r) // books that do not close are judged by booksAgree
	p.say(counting())
	tick := time.NewTicker(sampleEvery)
	defer tick.Stop()
	for deadline := time.Now().Add(booksWithin); ; {
		m, failures := p.count(ctx, name)
		if len(failures) > 0 {
			return failures
		}
		if disagreement(m) == nil || time.Now().After(deadline) || ctx.Err() != nil {
			r.add(m)
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
}

// count has the topics counted by somebody who took no part in the play.
func (p Player) count(ctx context.Context, name phrase.Phrase) (m Moment, failures []Check) {
	ctx, cancel := context.WithTimeout(ctx, auditWithin)
	defer cancel()
	counted, err := p.Audit(ctx)
	if err == nil && p.Letters != nil {
		m.Letters, err = p.Letters(ctx)
	}
	if err != nil {
		return Moment{}, failed(counting(), phrase.New("every payment accounted for"), phrase.New("%v", err))
	}
	m.Name, m.Count, m.Picture = name, &counted, p.Lab.Snapshot()
	return m, nil
}

// add keeps a moment in which the topics were counted.
func (r *Result) add(m Moment) {
	r.look(m.Picture)
	r.Moments = append(r.Moments, m)
	r.Count = sum(r.Moments)
}

// sum adds up what was counted; nil when nothing was.
func sum(moments []Moment) *audit.Count {
	var all *audit.Count
	for _, m := range moments {
		switch c := m.Count; {
		case c == nil:
		case all == nil:
			all = c
		default:
			all = plus(*all, *c)
		}
	}
	return all
}

func plus(a, b audit.Count) *audit.Count {
	codes := map[string]int64{}
	for _, c := range []audit.Count{a, b} {
		for code, n := range c.Codes {
			codes[code] += n
		}
	}
	return &audit.Count{
		Payments: a.Payments + b.Payments, Orders: a.Orders + b.Orders, DLQ: a.DLQ + b.DLQ, Emails: a.Emails + b.Emails,
		Lost: a.Lost + b.Lost, Waiting: a.Waiting + b.Waiting, Duplicates: a.Duplicates + b.Duplicates,
		Done: a.Done + b.Done, Dead: a.Dead + b.Dead, Mailed: a.Mailed + b.Mailed, MailedAgain: a.MailedAgain + b.MailedAgain,
		LettersOfOrder: a.LettersOfOrder + b.LettersOfOrder,
		Unmailed:       a.Unmailed + b.Unmailed, MailDuplicates: a.MailDuplicates + b.MailDuplicates,
		Foreign: a.Foreign + b.Foreign, Forged: a.Forged + b.Forged, Codes: codes,
	}
}
