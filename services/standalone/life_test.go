package standalone

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"blackfriday/kafka"
	"blackfriday/services/role"
)

// lab opens what a lab on somebody's cluster has, with the topics that it made.
func lab(t *testing.T, cfg kafka.Config) *kafka.Cluster {
	t.Helper()
	l, err := kafka.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	furnish(t, l)
	return l
}

// TestCleanUpSeesAPaymentService, which is in no group, until it ends.
func TestCleanUpSeesAPaymentService(t *testing.T) {
	cfg := config(open(t, false), Payment)
	cfg.Kafka.Prefix = "lea."
	cleaner := lab(t, cfg.Kafka)
	s := start(t, cfg)
	s.says(t, "answers POST")
	var plan kafka.Plan
	look := func() bool {
		var err error
		if plan, err = cleaner.Belongings(t.Context()); err != nil {
			t.Fatal(err)
		}
		return len(plan.Alive) == 1
	}
	eventually(t, look, func() string { return "no sign of life in\n" + s.String() })
	for _, err := range []error{plan.Vacant(), cleaner.CleanUp(t.Context(), plan)} {
		if !errors.Is(err, kafka.ErrInUse) || !strings.Contains(err.Error(), "nothing is deleted") || !strings.Contains(err.Error(), ", payment-") {
			t.Errorf("under the service: %v", err)
		}
	}
	s.stop()
	if err := <-s.ended; err != nil {
		t.Fatal(err)
	}
	if look() {
		t.Errorf("%v shows life after its end", plan.Alive)
	}
	if err := cleaner.CleanUp(t.Context(), plan); err != nil {
		t.Error(err)
	}
}

// TestAPaymentServiceSaysThatItsTopicIsGone: trying again cannot help, creating it does.
func TestAPaymentServiceSaysThatItsTopicIsGone(t *testing.T) {
	cfg := config(open(t, false), Payment)
	cfg.Kafka.Prefix = "lea."
	l := lab(t, cfg.Kafka)
	s := start(t, cfg)
	s.says(t, "answers POST http://")
	_, url, _ := strings.Cut(s.String(), "answers POST ")
	url, _, _ = strings.Cut(url, "\n")
	post := func() (status int, reply string) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(`{"user_id": 1, "cart": [{"name": "MacBook", "price": 1999}]}`))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, string(body)
	}
	if status, reply := post(); status != http.StatusOK {
		t.Fatal(reply)
	}
	if err := l.DeleteTopics(t.Context(), kafka.PaymentSuccessful); err != nil {
		t.Fatal(err)
	}
	const cure = "there is no topic lea.payment-successful any more: create it with blackfriday topics create lea.payment-successful"
	for range 2 {
		if status, reply := post(); status != http.StatusServiceUnavailable || !strings.Contains(reply, cure) || strings.Contains(reply, "try again") {
			t.Errorf("%d %s", status, reply)
		}
	}
	s.says(t, cure)
	if err := l.CreateTopics(t.Context(), role.Topics(1)...); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() bool { status, _ := post(); return status == http.StatusOK }, s.String)
	s.says(t, "takes payments again.")
	if n := strings.Count(s.String(), cure); n != 1 {
		t.Errorf("said %d times:\n%s", n, s)
	}
}
