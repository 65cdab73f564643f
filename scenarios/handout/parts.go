package handout

import (
	"cmp"
	"slices"
	"strings"

	"blackfriday/kafka/phrase"
	"blackfriday/scenarios/lesson"
	"blackfriday/services/lab"
	"blackfriday/services/ledger"
)

// checkpoints tell how far the class came in the course, and what it had thought.
func (r Report) checkpoints(t *text) {
	if r.Course == nil {
		return
	}
	for n := range lesson.Last + 1 {
		steps := r.Course.Steps(n)
		if steps == nil {
			continue
		}
		checkpoint, err := lesson.Find(n)
		if err != nil {
			continue // there are steps, so there is one
		}
		says, err := checkpoint.Read(t.l)
		if err != nil {
			says.Title = "" // the program's tests see to it that there is a text
		}
		t.heading(phrase.New("Checkpoint %d: %s", n, says.Title))
		t.table([]phrase.Speaker{phrase.New("step"), phrase.New("state"), phrase.New("expected"), phrase.New("measured")}, stepRows(steps, says))
		r.predictions(t, n, says)
	}
}

func stepRows(steps []lesson.StepState, says lesson.Text) (rows [][]phrase.Speaker) {
	for _, s := range steps {
		state := phrase.New("open")
		switch {
		case s.Done:
			state = phrase.New("✓ done at %s", s.At.Format(dayTime))
		case s.Step.Name == lesson.HandOutStep: // it is done by reading this
			state = phrase.New("✓ this report")
		case s.Skipped:
			state = phrase.New("skipped")
		}
		rows = append(rows, []phrase.Speaker{raw(cell(cmp.Or(says.Steps[s.Step.Name].Title, s.Step.Name))), state, quoted{s.Step.Expected}, quoted{s.Measured}})
	}
	return rows
}

// predictions put the votes of the class beside what was measured.
func (r Report) predictions(t *text, n int, says lesson.Text) {
	for _, p := range r.Course.Polls(n) {
		q, ok := says.Questions[p.Question.Name]
		if !ok {
			continue
		}
		t.WriteString("\n**" + phrase.New("Predicted:").In(t.l) + "** " + q.Ask + "\n\n")
		var rows [][]phrase.Speaker
		for i, option := range q.Options {
			var votes phrase.Speaker = raw("–")
			if i < len(p.Votes) {
				votes = phrase.Number(p.Votes[i])
			}
			var measured phrase.Speaker = raw("")
			if p.Answered && p.Answer == i {
				measured = phrase.New("✓ %s", quoted{p.Measured})
			}
			rows = append(rows, []phrase.Speaker{raw(cell(option)), votes, measured})
		}
		t.table([]phrase.Speaker{phrase.New("answer"), phrase.New("votes"), phrase.New("measured")}, rows)
		if p.Answered {
			t.WriteString("\n" + q.Because + "\n")
		} else {
			t.WriteString("\n")
			t.line(phrase.New("Not measured yet."))
		}
	}
}

// cell is Markdown of the course for a table.
func cell(markdown string) string { return strings.ReplaceAll(markdown, "|", `\|`) }

// ledger balances the books of every lab.
func (r Report) ledger(t *text) {
	t.heading(phrase.New("The ledger"))
	var rows [][]phrase.Speaker
	var total ledger.Entry
	for _, c := range r.Diary.chapters {
		b := c.books()
		if b == nil || b.Total.Payments.Count == 0 {
			continue
		}
		add(&total, b.Total)
		counts := func(s ledger.Sum) phrase.Speaker { return phrase.Number(s.Count) }
		rows = append(rows, bookRow(c.name(), b.Total, counts))
	}
	if len(rows) == 0 {
		t.line(phrase.New("No payment was written."))
		return
	}
	if len(rows) > 1 {
		rows = append(rows, bookRow(phrase.New("all together"), total, func(s ledger.Sum) phrase.Speaker { return phrase.Number(s.Count) }))
	}
	rows = append(rows, bookRow(phrase.New("in euros"), total, euros))
	t.line(phrase.New("An auditor of its own counted every payment by identity: payments = done + DLQ + in flight + waiting + lost + others."))
	t.WriteString("\n")
	t.table([]phrase.Speaker{phrase.New("lab"), phrase.New("payments"), phrase.New("= done"), phrase.New("+ DLQ"), phrase.New("+ in flight"),
		phrase.New("+ waiting"), phrase.New("+ lost"), phrase.New("+ others"), phrase.New("duplicates")}, rows)
	if total.Foreign.Count+total.Expired.Count > 0 {
		t.WriteString("\n")
		t.line(phrase.New("Others: committed by somebody outside the lab without a trace (%s), or deleted before anybody worked on them (%s).",
			phrase.Number(total.Foreign.Count), phrase.Number(total.Expired.Count)))
	}
}

func bookRow(name phrase.Speaker, e ledger.Entry, says func(ledger.Sum) phrase.Speaker) []phrase.Speaker {
	others := ledger.Sum{Count: e.Foreign.Count + e.Expired.Count, Cents: e.Foreign.Cents + e.Expired.Cents}
	row := []phrase.Speaker{name}
	for _, s := range []ledger.Sum{e.Payments, e.Done, e.DLQ, e.InFlight, e.Waiting, e.Lost, others, e.Duplicates} {
		row = append(row, says(s))
	}
	return row
}

// add adds an entry to another.
func add(to *ledger.Entry, e ledger.Entry) {
	sums := func(e *ledger.Entry) []*ledger.Sum {
		return []*ledger.Sum{&e.Payments, &e.Done, &e.DLQ, &e.InFlight, &e.Waiting, &e.Lost, &e.Foreign, &e.Expired, &e.Duplicates, &e.Redriven}
	}
	for i, s := range sums(to) {
		s.Count += sums(&e)[i].Count
		s.Cents += sums(&e)[i].Cents
	}
}

// name tells a lab from others.
func (c *chapter) name() phrase.Speaker {
	at := c.last.Started.Format(dayTime)
	if c.checkpoint >= 0 {
		return phrase.New("from %s, checkpoint %d", at, c.checkpoint)
	}
	return phrase.New("from %s", at)
}

// guarantees tell what was counted under each guarantee.
func (r Report) guarantees(t *text) {
	var order []string
	sums := map[string]lab.Trial{}
	for _, c := range r.Diary.chapters {
		for _, trial := range c.last.Trials {
			if !slices.Contains(order, trial.Guarantee) {
				order = append(order, trial.Guarantee)
			}
			s := sums[trial.Guarantee]
			s.Payments, s.Kills = s.Payments+trial.Payments, s.Kills+trial.Kills
			s.Lost, s.Duplicates = s.Lost+trial.Lost, s.Duplicates+trial.Duplicates
			sums[trial.Guarantee] = s
		}
	}
	var rows [][]phrase.Speaker
	for _, name := range order {
		if s := sums[name]; s.Payments > 0 {
			rows = append(rows, []phrase.Speaker{theirs(name), phrase.Number(s.Payments), phrase.Number(s.Kills), phrase.Number(s.Lost), phrase.Number(s.Duplicates)})
		}
	}
	if len(rows) == 0 {
		return
	}
	t.heading(phrase.New("The delivery guarantees"))
	t.table([]phrase.Speaker{phrase.New("guarantee"), phrase.New("payments done"), phrase.New("kills"), phrase.New("lost"), phrase.New("duplicates")}, rows)
}

// settings tell on which lab all this was measured: the last one.
func (r Report) settings(t *text) {
	s := r.Diary.chapters[len(r.Diary.chapters)-1].last
	t.heading(phrase.New("The lab"))
	t.line(phrase.New("As it stood at the end:"))
	t.WriteString("\n")
	clock := func(d int64, p phrase.Speaker) phrase.Speaker {
		if d == 0 {
			return phrase.New("not known")
		}
		return p
	}
	rows := [][]phrase.Speaker{
		{phrase.New("cluster"), clusterOf(s.Cluster)},
		{phrase.New("brokers"), phrase.New("%s at %s", phrase.Number(s.Cluster.Nodes), theirs(strings.Join(s.Cluster.Brokers, ", ")))},
		{phrase.New("partitions"), phrase.Number(len(s.Partitions))},
		{phrase.New("order consumers"), phrase.Number(len(s.Orders))},
		{phrase.New("group protocol"), theirs(s.Settings.Protocol)},
		{phrase.New("session timeout"), clock(int64(s.Settings.SessionTimeout), phrase.Seconds(s.Settings.SessionTimeout))},
		{phrase.New("heartbeat"), clock(int64(s.Settings.Heartbeat), phrase.Seconds(s.Settings.Heartbeat))},
		{phrase.New("work each"), work(s.Settings.Delay)},
		{phrase.New("guarantee"), theirs(s.Settings.Guarantee)},
		{phrase.New("commit interval"), phrase.Seconds(s.Settings.CommitInterval)},
		{phrase.New("poison pills"), policyOf(s.Settings.Poison)},
		{phrase.New("key"), keyOf(s.Settings.Key)},
	}
	if s.Cluster.Prefix != "" {
		rows = append(rows, []phrase.Speaker{phrase.New("prefix of topics and groups"), theirs(s.Cluster.Prefix)})
	}
	t.table([]phrase.Speaker{phrase.New("setting"), phrase.New("value")}, rows)
}
