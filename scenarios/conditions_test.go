package scenarios

import (
	"errors"
	"strings"
	"testing"
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

func TestAZeroFromBeforeTheFloodIsNoDrain(t *testing.T) {
	flooded := time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)
	answered := flooded.Add(4 * time.Millisecond)
	picture := func(readAt time.Time, lag int64, known, running bool) *lab.Snapshot {
		return &lab.Snapshot{
			Reading: lab.Reading{At: readAt},
			Lag:     lab.Lag{Known: known, Total: lag},
			Flood:   lab.FloodProgress{ID: 1, Running: running, StartedAt: flooded, Took: 4 * time.Millisecond},
		}
	}
	tests := []struct {
		name    string
		picture *lab.Snapshot
		drained bool
	}{
		{"read after the last answer", picture(answered.Add(time.Millisecond), 0, true, false), true},
		{"read before the last answer", picture(answered.Add(-time.Millisecond), 0, true, false), false},
		{"still flooding", picture(answered.Add(time.Second), 0, true, true), false},
		{"still lagging", picture(answered.Add(time.Second), 1, true, false), false},
		{"lag not known", picture(answered.Add(time.Second), 0, false, false), false},
		{"no flood", &lab.Snapshot{Reading: lab.Reading{At: answered}, Lag: lab.Lag{Known: true}}, false},
	}
	for _, test := range tests {
		if got := isDrained(test.picture); got != test.drained {
			t.Errorf("%s: drained %v, want %v", test.name, got, test.drained)
		}
	}
}

func TestAHandoverIsOverWhenSomebodyReads(t *testing.T) {
	moved := func(open bool, moves ...lab.Move) *lab.Snapshot {
		return &lab.Snapshot{Rebalances: []lab.Rebalance{
			{Cause: lab.CauseStart, Moved: []lab.Move{{To: 1}}},
			{Cause: lab.CauseCrash, Open: open, Moved: moves},
		}}
	}
	read := lab.Move{Partition: 1, From: 2, To: 3, Unread: 6 * time.Second, Measured: true}
	tests := []struct {
		name    string
		picture *lab.Snapshot
		over    bool
	}{
		{"read again", moved(false, read), true},
		{"still open", moved(true, read), false},
		{"one of two without a reader", moved(false, read, lab.Move{Partition: 2, From: 2}), false},
		{"one of two not begun", moved(false, read, lab.Move{Partition: 2, From: 2, To: 3}), false},
		{"nothing moved yet", moved(false), false},
		{"another cause", &lab.Snapshot{Rebalances: []lab.Rebalance{{Cause: lab.CauseLeave, Moved: []lab.Move{read}}}}, false},
	}
	for _, test := range tests {
		if got := handedOver(lab.CauseCrash).Holds(test.picture); got != test.over {
			t.Errorf("%s: over %v, want %v", test.name, got, test.over)
		}
	}
}

func TestASettledLabHasAReaderForEveryPartition(t *testing.T) {
	tests := []struct {
		name    string
		change  func(*lab.Snapshot)
		settled bool
	}{
		{"all read", func(*lab.Snapshot) {}, true},
		{"starting", func(s *lab.Snapshot) { s.State = lab.Starting }, false},
		{"no partitions yet", func(s *lab.Snapshot) { s.Partitions = nil }, false},
		{"one still joins", func(s *lab.Snapshot) { s.Orders[0].Health = lab.Joining }, false},
		{"an orphan", func(s *lab.Snapshot) { s.Partitions[0].Orphan = true }, false},
		{"owned and not read", func(s *lab.Snapshot) { s.Partitions[0].Reader = 0 }, false},
		{"read and not owned", func(s *lab.Snapshot) { s.Partitions[0].OwnerInstance = 0 }, false},
		{"never read by the observer", func(s *lab.Snapshot) { s.Partitions[0].Known = false }, false},
	}
	for _, test := range tests {
		s := judged().Final
		s.State = lab.Running
		test.change(s)
		if got := settled().Holds(s); got != test.settled {
			t.Errorf("%s: settled %v, want %v", test.name, got, test.settled)
		}
	}
}

func TestWhatWasSeenCannotDriveTheTerminal(t *testing.T) {
	s := judged().Final
	s.State = lab.Running
	s.Partitions[0].Owner = "evil\x1b[2J"
	s.Orders[0].Err = errors.New("refused: \x07")
	s.Reading.Err = errors.New("no leader\r")
	words := seen(s).String()
	if strings.ContainsAny(words, "\x1b\x07\r") {
		t.Errorf("a control character came through: %q", words)
	}
	for _, want := range []string{"lag not measured", `owned by "evil`, "owned by nobody", "order-1 fails", "no leader"} {
		if !strings.Contains(words, want) {
			t.Errorf("%q does not say %q", words, want)
		}
	}
}

func TestALabThatIsStillStartingSaysWhereItIs(t *testing.T) {
	s := &lab.Snapshot{Steps: []lab.StartStep{{Name: phrase.New("Kafka"), Done: true}, {Name: phrase.New("topics")}}}
	if words := seen(s).String(); words != "a lab that does not run: still at topics" {
		t.Errorf("seen %q", words)
	}
}
