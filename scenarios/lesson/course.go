package lesson

import (
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// Course is a class on its way through the checkpoints. It is fed with pictures of the lab and belongs to one goroutine.
type Course struct {
	at       int // the present checkpoint
	progress [Last + 1]*progress

	scraped   int64
	handedOut bool
}

// progress is how far a class has come in one checkpoint.
type progress struct {
	checkpoint Checkpoint
	steps      []StepState
	present    int // the step that is next; len(steps) when all are behind
	since      time.Time
	began      *lab.Snapshot
	peak       int64
	polls      map[string]*Poll
}

// StepState is how a class stands with one step.
type StepState struct {
	Step     Step
	Done     bool // measured, never claimed
	Skipped  bool // the teacher went on without it; it may still be Done later
	At       time.Time
	Measured phrase.Phrase
}

// Poll is one question to the class: what it thinks, and what was measured.
type Poll struct {
	Question Question
	Asked    bool
	Votes    []int // of the options; nil before they were counted
	Answered bool
	Answer   int // the option that was measured, from 0 on. Valid once Answered.
	Measured phrase.Phrase

	began *lab.Snapshot // when the step became the present one before which it was asked
}

// NewCourse begins at a checkpoint of the course, at a time.
func NewCourse(number int, at time.Time) (*Course, error) {
	c := &Course{}
	return c, c.Enter(number, at)
}

// Enter goes to a checkpoint, whose steps are all to be done again: what was done before that time does not count. What was
// measured in others is kept for the hand-out.
func (c *Course) Enter(number int, at time.Time) error {
	checkpoint, err := Find(number)
	if err != nil {
		return err
	}
	p := &progress{checkpoint: checkpoint, since: at, polls: map[string]*Poll{}}
	for _, step := range checkpoint.Steps {
		p.steps = append(p.steps, StepState{Step: step})
	}
	c.at, c.progress[number], c.handedOut = number, p, false
	return nil
}

// Watch looks at a picture of the lab. Every step that it shows to be done is done, in their order.
func (c *Course) Watch(s *lab.Snapshot) {
	p := c.progress[c.at]
	if s.State != lab.Running {
		return
	}
	if p.began == nil {
		p.begin(s)
	}
	if s.Lag.Known {
		p.peak = max(p.peak, s.Lag.Total)
	}
	for p.present < len(p.steps) && c.judge(p, p.present, s) {
		p.present++
		p.begin(s)
	}
	c.catchUp(p, s)
	c.answer(p, s)
}

// begin remembers how the lab stands as a step becomes the present one.
func (p *progress) begin(s *lab.Snapshot) { p.began, p.peak = s, s.Lag.Total }

// judge looks whether a step is done, and says so.
func (c *Course) judge(p *progress, i int, s *lab.Snapshot) (done bool) {
	step := &p.steps[i]
	found := step.Step.Check(c.evidence(p, p.began, s))
	if !found.Measured.Empty() && (found.Done || i == p.present) { // of a skipped step, what was seen then stays
		step.Measured = found.Measured
	}
	if found.Done && !step.Done {
		step.Done, step.At = true, s.At
	}
	return step.Done
}

// catchUp looks at what was skipped: it may have been done since.
func (c *Course) catchUp(p *progress, s *lab.Snapshot) {
	for i := range p.present {
		if p.steps[i].Skipped && !p.steps[i].Done {
			c.judge(p, i, s)
		}
	}
}

// answer looks for the measured answers of the questions that were asked.
func (c *Course) answer(p *progress, s *lab.Snapshot) {
	for _, poll := range p.polls {
		if !poll.Asked || poll.Answered {
			continue
		}
		if option, measured, ok := poll.Question.Answer(c.evidence(p, poll.began, s)); ok {
			poll.Answered, poll.Answer, poll.Measured = true, option, measured
		}
	}
}

func (c *Course) evidence(p *progress, began, s *lab.Snapshot) Evidence {
	return Evidence{Now: s, Began: began, Since: p.since, Peak: p.peak, Scraped: c.scraped, HandedOut: c.handedOut}
}

// Scraped says how often somebody has fetched the lab's metrics so far.
func (c *Course) Scraped(times int64) { c.scraped = times }

// HandedOut says that the hand-out was written.
func (c *Course) HandedOut() { c.handedOut = true }

// Skip goes on to the next step without the present one.
func (c *Course) Skip(s *lab.Snapshot) {
	if p := c.progress[c.at]; p.present < len(p.steps) {
		p.steps[p.present].Skipped = true
		p.present++
		p.begin(s)
	}
}

// Back goes back to the step before the present one, which is to be done again.
func (c *Course) Back(s *lab.Snapshot) {
	if p := c.progress[c.at]; p.present > 0 {
		p.present--
		p.steps[p.present] = StepState{Step: p.steps[p.present].Step}
		p.begin(s)
	}
}

// Checkpoint is the present checkpoint.
func (c *Course) Checkpoint() Checkpoint { return c.progress[c.at].checkpoint }

// Steps are those of a checkpoint as the class stands with them; nil where it has not been there.
func (c *Course) Steps(number int) []StepState {
	if number < 0 || number > Last || c.progress[number] == nil {
		return nil
	}
	return c.progress[number].steps
}

// Present is the step that is next, by its place in the checkpoint; it is the number of steps when all are behind.
func (c *Course) Present() int { return c.progress[c.at].present }

// Complete says that every step of a checkpoint is done: none was skipped.
func (c *Course) Complete(number int) bool {
	steps := c.Steps(number)
	for _, s := range steps {
		if !s.Done {
			return false
		}
	}
	return len(steps) > 0
}

// Ask is the question that comes before the present step, now asked; ok is false where there is none.
func (c *Course) Ask() (poll Poll, ok bool) {
	p := c.progress[c.at]
	if p.present >= len(p.steps) {
		return Poll{}, false
	}
	q, ok := p.checkpoint.question(p.steps[p.present].Step.Name)
	if !ok {
		return Poll{}, false
	}
	if p.polls[q.Name] == nil {
		p.polls[q.Name] = &Poll{Question: q, Asked: true, began: p.began}
	}
	return *p.polls[q.Name], true
}

// Vote notes a show of hands: one number for each option. It fails where there is no such question, or where the numbers
// do not fit it.
func (c *Course) Vote(question string, votes []int) error {
	p := c.progress[c.at]
	for _, q := range p.checkpoint.Questions {
		if q.Name != question {
			continue
		}
		if len(votes) != q.Options {
			return phrase.Errorf("%d votes for %d answers", len(votes), q.Options)
		}
		for _, n := range votes {
			if n < 0 {
				return phrase.Errorf("%d votes: count the hands, 0 or more", n)
			}
		}
		if p.polls[q.Name] == nil {
			p.polls[q.Name] = &Poll{Question: q, began: p.began}
		}
		p.polls[q.Name].Asked, p.polls[q.Name].Votes = true, votes
		return nil
	}
	return phrase.Errorf("checkpoint %d asks no question %q", c.at, question)
}

// Polls are the questions of a checkpoint that were asked, in the order of the checkpoint.
func (c *Course) Polls(number int) []Poll {
	if c.Steps(number) == nil {
		return nil
	}
	var asked []Poll
	p := c.progress[number]
	for _, q := range p.checkpoint.Questions {
		if poll := p.polls[q.Name]; poll != nil {
			asked = append(asked, *poll)
		}
	}
	return asked
}
