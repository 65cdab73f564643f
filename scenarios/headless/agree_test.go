package headless

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"blackfriday/scenarios"
)

// shown is what another program reads of the JSON.
type shown struct {
	Rebalances []struct {
		Cause, Protocol string
		UnreadMS        map[string]int64  `json:"unread_ms"`
		Kept            map[string]*int64 `json:"kept"`
		Redelivered     map[string]int64
		Also            []struct{ Cause, Member string }
		SettledSeconds  *float64 `json:"settled_seconds"`
		BrokerSeconds   *float64 `json:"broker_seconds"`
	}
	Protocols []struct {
		Protocol, Cause string
		Count           int
		UnreadMaxMS     *int64 `json:"unread_max_ms"`
		UnreadMeanMS    *int64 `json:"unread_mean_ms"`
		KeptPauseMaxMS  *int64 `json:"kept_pause_max_ms"`
		Redelivered     int64
	}
}

func show(t *testing.T, r scenarios.Result) shown {
	t.Helper()
	text, err := json.Marshal(newReport(r))
	if err != nil {
		t.Fatal(err)
	}
	var s shown
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheJSONAgreesWithItsSnapshot(t *testing.T) {
	r := fullResult()
	s := show(t, r)
	if len(s.Rebalances) != len(r.Final.Rebalances) {
		t.Fatalf("%d rebalances, want %d", len(s.Rebalances), len(r.Final.Rebalances))
	}
	for i, b := range r.Final.Rebalances {
		got := s.Rebalances[i]
		if got.Cause != string(b.Cause) || got.Protocol != b.Protocol || len(got.Also) != len(b.Also) || len(got.Kept) != len(b.Kept) {
			t.Errorf("%+v does not tell of %+v", got, b)
		}
		measured := 0
		for _, m := range b.Moved {
			ms, there := got.UnreadMS[partition(m.Partition)]
			again := got.Redelivered[partition(m.Partition)]
			if there != m.Measured || m.Measured && (ms != m.Unread.Milliseconds() || again != m.Redelivered) {
				t.Errorf("%+v is told as %d ms and %d again", m, ms, again)
			}
			if m.Measured {
				measured++
			}
		}
		if len(got.UnreadMS) != measured || len(got.Redelivered) != measured {
			t.Errorf("%v and %v tell of partitions that were not measured", got.UnreadMS, got.Redelivered)
		}
		for _, k := range b.Kept {
			ms, there := got.Kept[partition(k.Partition)]
			if !there || (ms != nil) != k.Measured || ms != nil && *ms != k.Pause.Milliseconds() {
				t.Errorf("%+v is told as %v", k, ms)
			}
		}
		if (got.SettledSeconds == nil) != b.Settled.IsZero() || got.SettledSeconds != nil && *got.SettledSeconds != b.Settled.Sub(b.At).Seconds() {
			t.Errorf("settled %v, want %v", got.SettledSeconds, b.Settled.Sub(b.At))
		}
		if (got.BrokerSeconds == nil) != b.BrokerAt.IsZero() || got.BrokerSeconds != nil && *got.BrokerSeconds != b.BrokerAt.Sub(b.At).Seconds() {
			t.Errorf("shown by the brokers %v, want %v", got.BrokerSeconds, b.BrokerAt.Sub(b.At))
		}
	}
}

func TestTheTableSumsUpItsRebalances(t *testing.T) {
	r := fullResult()
	b := &r.Final.Rebalances[1]
	b.Also = nil // what two changes cost together is in no table
	s := show(t, r)
	if len(s.Protocols) != 1 {
		t.Fatalf("rows %+v, want one", s.Protocols)
	}
	row := s.Protocols[0]
	if row.Protocol != b.Protocol || row.Cause != string(b.Cause) || row.Count != 1 || row.Redelivered != 3 ||
		*row.UnreadMaxMS != 5930 || *row.UnreadMeanMS != 5930 || *row.KeptPauseMaxMS != 130 {
		t.Errorf("row %+v does not sum up %+v", row, b)
	}
	b.Moved, b.Kept = nil, nil
	if row := show(t, r).Protocols[0]; row.UnreadMaxMS != nil || row.UnreadMeanMS != nil || row.KeptPauseMaxMS != nil {
		t.Errorf("row %+v, want null for what was not measured", row)
	}
}

func TestTheTableIsPrinted(t *testing.T) {
	var b strings.Builder
	p := newPrinter(&b, nil)
	p.costs([]scenarios.Cost{{Protocol: "range", Cause: "leave", Count: 2, UnreadMax: 612 * time.Millisecond, UnreadMean: 600 * time.Millisecond, KeptPauseMax: -1, Redelivered: 4}})
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	if p.err != nil || len(lines) != 2 || strings.Join(strings.Fields(lines[1]), " ") != "range leave 2 612 ms 600 ms – 4" {
		t.Errorf("error %v, printed\n%s", p.err, b.String())
	}
}

func TestASeedOnTheCommandLine(t *testing.T) {
	for _, args := range [][]string{{"flood", "--seed", "7"}, {"churn", "--seed", "0"}, {"churn", "--seed", "-1"}} {
		if _, _, err := run(t.Context(), &deadLab{}, args...); exitCode(err) != 2 || !strings.Contains(err.Error(), "--seed") {
			t.Errorf("run %q: exit code %d (%v), want 2 and a word about --seed", args, exitCode(err), err)
		}
	}
	stdout, _, _ := run(t.Context(), &deadLab{fails: errors.New("no port")}, "churn", "--seed", "7")
	if !strings.Contains(stdout, "--seed 7") {
		t.Errorf("the output does not say how to repeat it:\n%s", stdout)
	}
}

// TestWhatGuaranteesAreWorthIsTold, as JSON and to people; what was not measured is null there and a dash here.
func TestWhatGuaranteesAreWorthIsTold(t *testing.T) {
	w := scenarios.Worth{
		Guarantee: "exactly-once", Payments: 600, Lost: 1, Duplicates: 2, Kills: 4, Rate: 1234.5678, Relative: 0.87654,
	}
	text, err := json.Marshal([]any{newWorth(w), newInterval(scenarios.Interval{Every: 5 * time.Second, Kills: 3, Duplicates: 225})})
	want := `[{"guarantee":"exactly-once","payments":600,"lost":1,"duplicates":2,"kills":4,"orders_per_second":1234.568,` +
		`"relative_throughput":0.877,"lesson":"Effect and commit count together or not at all, whoever dies: 1 lost, 2 done twice, at 88 % of the speed."},{"interval_ms":5000,"kills":3,"duplicates":225}]`
	if err != nil || string(text) != want {
		t.Errorf("%s (%v), want %s", text, err, want)
	}
	w.Rate, w.Relative = -1, -1
	if text, err := json.Marshal(newWorth(w)); err != nil || !strings.Contains(string(text), `"orders_per_second":null,"relative_throughput":null`) {
		t.Errorf("%s (%v), want null for what was not measured", text, err)
	}
	var b strings.Builder
	p := newPrinter(&b, nil)
	p.worths([]scenarios.Worth{w})
	p.intervals([]scenarios.Interval{{Every: 250 * time.Millisecond, Kills: 3, Duplicates: 82}})
	for _, line := range []string{"exactly-once 600 1 2 4 – –", "exactly-once: Effect and commit count together or not at all, whoever dies: 1 lost, 2 done twice.", "250ms 3 82"} {
		if !strings.Contains(strings.Join(strings.Fields(b.String()), " "), line) {
			t.Errorf("%q is not printed:\n%s", line, b.String())
		}
	}
}
