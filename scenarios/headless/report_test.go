package headless

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/scenarios"
	"blackfriday/services/audit"
	"blackfriday/services/lab"
)

func fullResult() scenarios.Result {
	started := time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)
	return scenarios.Result{
		Scenario: "kill",
		Checks:   []scenarios.Check{{Name: phrase.New("unread"), Expected: phrase.New("7.00 s"), Measured: phrase.New("5.93 s"), Passed: true}},
		Count:    &audit.Count{Payments: 1000, Orders: 1003, DLQ: 0, Emails: 1003, Duplicates: 3},
		Final: &lab.Snapshot{
			Started: started,
			Cluster: lab.Cluster{Embedded: true},
			Flood:   lab.FloodProgress{ID: 2, Acked: 900, Failed: 60, Unknown: 40},
			Rebalances: []lab.Rebalance{
				{ID: 1, At: started.Add(80 * time.Millisecond), Cause: lab.CauseStart, FromGeneration: -1, ToGeneration: -1},
				crashOfTwo(started.Add(7500 * time.Millisecond)),
			},
		},
		Flood: 4300 * time.Microsecond,
		Drain: 40 * time.Second,
		Lag:   []scenarios.Sample{{At: started.Add(1250 * time.Millisecond), Partitions: []int64{3, 2, 1}}},
	}
}

// crashOfTwo is a crash, and a leave that the group settled together with it.
func crashOfTwo(at time.Time) lab.Rebalance {
	return lab.Rebalance{
		ID: 2, At: at, Cause: lab.CauseCrash, Member: "order-2", Protocol: "KIP-848",
		Also:    []lab.Change{{At: at.Add(time.Second), Cause: lab.CauseLeave, Member: "order-4"}},
		Settled: at.Add(5900 * time.Millisecond), BrokerAt: at.Add(6100 * time.Millisecond),
		FromGeneration: 4, ToGeneration: 6,
		Moved: []lab.Move{
			{Partition: 2, From: 2, To: 1, Unread: 5930 * time.Millisecond, Measured: true, Redelivered: 3},
			{Partition: 1, From: 2, To: 3},
		},
		Kept: []lab.Kept{{Partition: 0, Reader: 1, Pause: 130 * time.Millisecond, Measured: true}, {Partition: 3, Reader: 1}},
	}
}

func TestTheReportKeepsItsNames(t *testing.T) {
	text, err := json.Marshal(newReport(fullResult()))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"scenario":"kill","passed":true,"cluster":"embedded",` +
		`"checks":[{"name":"unread","expected":"7.00 s","measured":"5.93 s","passed":true}],` +
		`"acknowledged":900,"refused":60,"unknown":40,` +
		`"payments":1000,"orders":1003,"dlq":0,"emails":1003,"lost":0,"duplicates":3,` +
		`"flood_seconds":0.004,"drain_seconds":40,"orders_per_second":25.075,` +
		`"rebalances":[{"at_seconds":0.08,"cause":"start","member":"","moved":[],"unread_ms":{},` +
		`"also":[],"protocol":"","from_generation":null,"to_generation":null,"kept":{},"redelivered":{},` +
		`"settled_seconds":null,"broker_seconds":null},` +
		`{"at_seconds":7.5,"cause":"crash","member":"order-2","moved":[2,1],"unread_ms":{"2":5930},` +
		`"also":[{"at_seconds":8.5,"cause":"leave","member":"order-4"}],"protocol":"KIP-848",` +
		`"from_generation":4,"to_generation":6,"kept":{"0":130,"3":null},"redelivered":{"2":3},` +
		`"settled_seconds":5.9,"broker_seconds":6.1}],` +
		`"lag":[{"at_seconds":1.25,"partitions":[3,2,1]}],"protocols":[],"seed":null,"guarantees":[],"commit_intervals":[]}`
	if string(text) != want {
		t.Errorf("report\n%s\nwant\n%s", text, want)
	}
}

// A play says on what cluster it was: brokers that do not replicate are not called real, wherever they run.
func TestTheReportSaysWhichCluster(t *testing.T) {
	for want, c := range map[string]lab.Cluster{
		"embedded": {Embedded: true, Simulated: true}, "embedded-elsewhere": {Simulated: true}, "real": {},
	} {
		r := fullResult()
		r.Final.Cluster = c
		if got := newReport(r).Cluster; got != want {
			t.Errorf("%+v is reported as %q, want %q", c, got, want)
		}
	}
}

func TestWhatWasNotMeasuredIsNull(t *testing.T) {
	r := fullResult()
	r.Count, r.Flood, r.Drain, r.Lag = nil, -1, -1, nil
	r.Final = &lab.Snapshot{}
	text, err := json.Marshal(newReport(r))
	if err != nil {
		t.Fatal(err)
	}
	var object map[string]any
	if err := json.Unmarshal(text, &object); err != nil {
		t.Fatal(err)
	}
	var null []string
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if object[name] == nil {
			null = append(null, name)
		}
	}
	want := "acknowledged dlq drain_seconds duplicates emails flood_seconds lost orders orders_per_second payments refused seed unknown"
	if got := strings.Join(null, " "); got != want {
		t.Errorf("null are %s; want %s (lists are empty and not null)", got, want)
	}
}

func TestPrintedChecksCannotDriveTheTerminal(t *testing.T) {
	r := fullResult()
	r.Checks[0].Measured = phrase.New("order-2 fails: \x1b[2J\x07")
	r.Checks[0].Passed = false
	var b strings.Builder
	p := newPrinter(&b, nil)
	p.result(r)
	if strings.ContainsAny(b.String(), "\x1b\x07") {
		t.Errorf("an escape sequence came through: %q", b.String())
	}
	if !strings.Contains(b.String(), "FAIL  unread") || !strings.Contains(b.String(), "kill FAILED: 0 of 1 checks hold.") {
		t.Errorf("no verdict in:\n%s", b.String())
	}
}
