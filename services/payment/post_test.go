package payment_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"blackfriday/kafka"
	"blackfriday/services/event"
	"blackfriday/services/payment"
	"blackfriday/services/relay/relaytest"
	"blackfriday/services/web"
)

const body = `{"user_id": 1, "cart": [{"name":"A<","price":-1.50}], "coupon":"x"}`

// post sends a body to a service.
func post(t *testing.T, s *payment.Service, body string, contentType ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/payment", strings.NewReader(body))
	if contentType != nil {
		r.Header["Content-Type"] = contentType
	}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	return w
}

// checkError fails unless the reply has the status and is {"error": some text}.
func checkError(t *testing.T, w *httptest.ResponseRecorder, status int) (message string) {
	t.Helper()
	var reply map[string]string
	if err := json.Unmarshal(w.Body.Bytes(), &reply); err != nil || w.Code != status || len(reply) != 1 || reply["error"] == "" {
		t.Errorf("got %d %s (%v); want %d and an error", w.Code, w.Body, err, status)
	}
	return reply["error"]
}

func TestPostWritesAndAnswers(t *testing.T) {
	out := new(relaytest.Writer)
	s := payment.NewService(out)
	for _, contentType := range [][]string{nil, {"application/json"}, {"application/json; charset=utf-8"}} {
		w := post(t, s, body, contentType...)
		const want = `{"status":"success","message":"Paiement effectué avec succès","user_id":1,"cart":[{"name":"A<","price":-1.50}]}`
		if w.Code != http.StatusOK || w.Body.String() != want || w.Header().Get("Content-Type") != "application/json" {
			t.Errorf("content type %q: %d %s", contentType, w.Code, w.Body)
		}
	}
	written := out.Acked(kafka.PaymentSuccessful)
	if len(written) != 3 || !bytes.HasPrefix(written[0].Value, []byte(`{"user_id":1,"cart":[{"name":"A<","price":-1.50}],"timestamp":`)) {
		t.Fatalf("%d written", len(written))
	}
	var payload struct{ Timestamp float64 }
	if err := json.Unmarshal(written[0].Value, &payload); err != nil || payload.Timestamp < 1e9 {
		t.Errorf("timestamp %v, %v", payload.Timestamp, err)
	}
	newest, total := s.Deliveries()
	if total != 3 || len(newest) != 3 || newest[2].Offset != 2 || newest[2].Partition != 1 || newest[2].User != "1" ||
		newest[2].Topic != kafka.PaymentSuccessful || newest[2].At.IsZero() || newest[2].Pill != "" {
		t.Errorf("deliveries %+v of %d", newest, total)
	}
	if got := s.Counts(); got != (payment.Counts{Accepted: 3}) {
		t.Errorf("counts %+v", got)
	}
}

func TestPostRefuses(t *testing.T) {
	cart := func(size int) string { return `{"user_id":1,"cart":"` + strings.Repeat("x", size) + `"}` }
	tests := map[string]struct {
		body        string
		contentType []string
		status      int
	}{
		"empty":          {"", nil, 400},
		"not JSON":       {"{ invalid json :", nil, 400},
		"not an object":  {"[1]", nil, 400},
		"null":           {"null", nil, 400},
		"no user":        {`{"cart":[]}`, nil, 400},
		"no cart":        {`{"user_id":1}`, nil, 400},
		"other case":     {`{"USER_ID":1,"cart":[]}`, nil, 400},
		"two objects":    {body + body, nil, 400},
		"bracket bomb":   {strings.Repeat("[", 100_000), nil, 400},
		"not UTF-8":      {"{\"user_id\":\"\xff\",\"cart\":[]}", nil, 400},
		"too large":      {cart(payment.MaxBody), nil, 413},
		"a form":         {body, []string{"application/x-www-form-urlencoded"}, 415},
		"text":           {body, []string{"text/plain"}, 415},
		"an empty type":  {body, []string{""}, 415},
		"two types":      {body, []string{"application/json", "text/plain"}, 415},
		"a spoiled type": {body, []string{"application/json;;"}, 415},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			out := new(relaytest.Writer)
			s := payment.NewService(out)
			message := checkError(t, post(t, s, tt.body, tt.contentType...), tt.status)
			if event.Visible(message) != message {
				t.Errorf("the error %q hides something", message)
			}
			if n := len(out.Acked(kafka.PaymentSuccessful)); n != 0 {
				t.Errorf("%d records were written", n)
			}
			if got := s.Counts(); got != (payment.Counts{Refused: 1}) {
				t.Errorf("counts %+v", got)
			}
		})
	}
	out := new(relaytest.Writer)
	if w := post(t, payment.NewService(out), cart(payment.MaxBody-100)); w.Code != 200 {
		t.Errorf("a body just below the limit: %d %.200s", w.Code, w.Body)
	}
}

// Business rules live in the order consumer: every pill that is JSON can be posted.
func TestPostTakesPoison(t *testing.T) {
	for _, body := range []string{
		`{"user_id":null,"cart":null}`, `{"user_id":true,"cart":"not_a_list"}`, `{"user_id":1,"cart":[{"price":1e400}]}`,
		`{"user_id":"'; DROP TABLE users; --","cart":[{"name":"\u001b[2J","price":-1000}]}`,
		`{"user_id":1,"cart":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}`,
	} {
		s := payment.NewService(new(relaytest.Writer))
		w := post(t, s, body)
		if w.Code != 200 || !json.Valid(w.Body.Bytes()) {
			t.Errorf("posting %.80s: %d %.80s", body, w.Code, w.Body)
		}
		if newest, _ := s.Deliveries(); event.Visible(newest[0].User) != newest[0].User {
			t.Errorf("user %q hides something", newest[0].User)
		}
	}
}

func TestPostToASilentBroker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := payment.NewService(&relaytest.Writer{Silent: true})
		started := time.Now()
		message := checkError(t, post(t, s, body), http.StatusServiceUnavailable)
		if took := time.Since(started); took != 5*time.Second || !strings.Contains(message, "outcome is unknown") {
			t.Errorf("after %v: %q", took, message)
		}
		if _, total := s.Deliveries(); total != 0 || s.Counts() != (payment.Counts{Failed: 1}) {
			t.Errorf("%d deliveries, counts %+v", total, s.Counts())
		}
	})
}

func TestPostToABrokerThatRefuses(t *testing.T) {
	tests := []struct {
		err    error
		status int
		want   string
	}{
		{fmt.Errorf("write: %w", kafka.ErrTooLarge), http.StatusRequestEntityTooLarge, "larger"},
		{fmt.Errorf("write: %w", kafka.ErrNotWritten), http.StatusServiceUnavailable, "the payment was not written"},
		{errors.New("not enough replicas\x1b[2J"), http.StatusServiceUnavailable, `not enough replicas\x1b[2J`},
	}
	for _, tt := range tests {
		out := &relaytest.Writer{Answer: func(*kafka.Record) error { return tt.err }}
		if message := checkError(t, post(t, payment.NewService(out), body), tt.status); !strings.Contains(message, tt.want) {
			t.Errorf("%v: %q; want %q in it", tt.err, message, tt.want)
		}
	}
}

// A real client on a real connection hears about a body that is too large, though it is still sending.
func TestServerRefusesLargeBodies(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := web.NewServer(payment.NewService(new(relaytest.Writer)).Handler())
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	defer func() {
		_ = server.Close()
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	}()
	url := "http://" + listener.Addr().String() + "/payment"
	resp, err := http.Post(url, "application/json", strings.NewReader(strings.Repeat(" ", 1_000_000)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	reply, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusRequestEntityTooLarge || !bytes.HasPrefix(reply, []byte(`{"error":`)) {
		t.Errorf("%d %s, %v", resp.StatusCode, reply, err)
	}
}

func FuzzPost(f *testing.F) {
	f.Add([]byte(body), "application/json")
	for _, p := range event.Pills() {
		f.Add(p.Value, "")
	}
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		out := new(relaytest.Writer)
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/payment", bytes.NewReader(body))
		if contentType != "" {
			r.Header.Set("Content-Type", contentType)
		}
		w := httptest.NewRecorder()
		payment.NewService(out).Handler().ServeHTTP(w, r)
		written := out.Acked(kafka.PaymentSuccessful)
		if !json.Valid(w.Body.Bytes()) || (w.Code == http.StatusOK) != (len(written) == 1) {
			t.Fatalf("posting %q: %d %q, %d written", body, w.Code, w.Body, len(written))
		}
		if len(written) == 1 && !json.Valid(written[0].Value) {
			t.Fatalf("posting %q wrote %q", body, written[0].Value)
		}
	})
}
