package headless

import (
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/scenarios"
	"blackfriday/scenarios/handout"
)

// diaryEvery is how often a diary looks at the lab: as often as the lab looks at the brokers.
const diaryEvery = 250 * time.Millisecond

// keepDiary has a diary look at a lab until it is asked for it.
func keepDiary(l scenarios.Lab) (diary func() *handout.Diary) {
	kept, done, ended := &handout.Diary{}, make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		ticks := time.NewTicker(diaryEvery)
		defer ticks.Stop()
		for {
			kept.Watch(l.Snapshot(), nil)
			select {
			case <-ticks.C:
			case <-done:
				kept.Watch(l.Snapshot(), nil)
				return
			}
		}
	}()
	return func() *handout.Diary {
		close(done)
		<-ended
		return kept
	}
}

// handOut writes what a play came to, and names the file.
func (st stage) handOut(s scenarios.Scenario, r scenarios.Result, d *handout.Diary, out *printer) error {
	report := handout.Report{At: time.Now(), Diary: d, Play: &handout.Play{Summary: s.Summary, Result: r}}
	path, err := report.Render(phrase.Of(st.cmd.Context())).Save(st.handout)
	if err == nil && !st.json {
		out.line(phrase.New("The hand-out is %s, with its picture beside it.", path))
	}
	return err
}
