package e2e

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

const goodPayment = `{"user_id": 42, "cart": [{"name": "MacBook", "price": 1999, "quantity": 2}]}`

// request sends what curl would send, and returns the status and the body.
func request(t *testing.T, method, url, body string, header map[string]string) (status int, reply string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range header {
		req.Header.Set(name, value)
		if name == "Host" {
			req.Host = value
		}
	}
	client := http.Client{Timeout: 10 * time.Second}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

func get(t *testing.T, url string) string {
	t.Helper()
	status, reply := request(t, http.MethodGet, url, "", nil)
	if status != http.StatusOK {
		t.Fatalf("GET %s: %d %s", url, status, reply)
	}
	return reply
}

func post(t *testing.T, s *server, want int, body string) {
	t.Helper()
	status, reply := request(t, http.MethodPost, s.Payment+"/payment", body, map[string]string{"Content-Type": "application/json"})
	if status != want {
		t.Fatalf("POST /payment %.60q: %d %s, want %d", body, status, reply, want)
	}
}

func object(t *testing.T, text string) map[string]any {
	t.Helper()
	var o map[string]any
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		t.Fatalf("not a JSON object: %v\n%s", err, text)
	}
	return o
}

func fields(o map[string]any) string { return strings.Join(slices.Sorted(maps.Keys(o)), " ") }

func TestAPaymentGoesThroughAllServices(t *testing.T) {
	s := serve(t, "--delay", "0s", "--partitions", "1", "--orders", "1")
	status, reply := request(t, http.MethodPost, s.Payment+"/payment", goodPayment, nil)
	paid := object(t, reply)
	if status != http.StatusOK || paid["status"] != "success" || paid["message"] != "Paiement effectué avec succès" ||
		fields(paid) != "cart message status user_id" {
		t.Fatalf("POST /payment: %d %s", status, reply)
	}
	eventually(t, 20*time.Second, func() (bool, string) {
		reply := get(t, s.Analytics+"/analytics")
		a := object(t, reply)
		return a["total_payments"] == 1.0 && a["total_orders"] == 1.0 && a["total_emails"] == 1.0 &&
			a["total_revenue"] == 3998.0 && a["unique_users"] == 1.0, reply
	})
	orders := list(t, get(t, s.Orders+"/orders"), "orders")
	if len(orders) != 1 || orders[0]["order_id"] != 1.0 || orders[0]["user_id"] != 42.0 || orders[0]["status"] != "confirmed" {
		t.Errorf("orders %v", orders)
	}
	emails := list(t, get(t, s.Emails+"/emails"), "emails_sent")
	if len(emails) != 1 || emails[0]["to"] != "user_42@example.com" || fields(emails[0]) != "body subject to" {
		t.Errorf("e-mails %v", emails)
	}
	if got := list(t, get(t, s.Orders+"/orders?instance=2"), "orders"); len(got) != 0 {
		t.Errorf("orders of an instance that does not exist: %v", got)
	}
}

func list(t *testing.T, text, name string) []map[string]any {
	t.Helper()
	var reply map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &reply); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	var items []map[string]any
	if err := json.Unmarshal(reply[name], &items); err != nil || items == nil {
		t.Fatalf("%q is no list in %s", name, text)
	}
	return items
}

func TestBadRequestsAreRefusedAndProduceNothing(t *testing.T) {
	s := serve(t, "--delay", "0s")
	plain := map[string]string{"Content-Type": "text/plain"}
	stranger := map[string]string{"Host": "evil.example"}
	tests := []struct {
		name, method, path, body string
		header                   map[string]string
		want                     int
	}{
		{"not JSON", "POST", "/payment", `{ invalid`, nil, 400},
		{"not an object", "POST", "/payment", `[1]`, nil, 400},
		{"no user_id", "POST", "/payment", `{"cart":[]}`, nil, 400},
		{"no cart", "POST", "/payment", `{"user_id":1}`, nil, 400},
		{"nothing", "POST", "/payment", ``, nil, 400},
		{"too large", "POST", "/payment", `{"user_id":1,"cart":[],"x":"` + strings.Repeat("a", 900<<10) + `"}`, nil, 413},
		{"wrong method", "GET", "/payment", ``, nil, 405},
		{"text/plain", "POST", "/payment", goodPayment, plain, 415},
		{"a web page's form", "POST", "/payment", goodPayment, map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, 415},
		{"another host", "POST", "/payment", goodPayment, stranger, 403},
		{"no such path", "GET", "/payments", ``, nil, 404},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			status, reply := request(t, test.method, s.Payment+test.path, test.body, test.header)
			if status != test.want {
				t.Errorf("%d %s, want %d", status, reply, test.want)
			}
			if text, isText := object(t, reply)["error"].(string); !isText || text == "" {
				t.Errorf("no error in %s", reply)
			}
		})
	}
	for _, url := range []string{s.Orders + "/orders", s.Emails + "/emails", s.Analytics + "/analytics"} {
		if status, reply := request(t, http.MethodPost, url, "{}", nil); status != http.StatusMethodNotAllowed {
			t.Errorf("POST %s: %d %s, want 405", url, status, reply)
		}
		if status, reply := request(t, http.MethodGet, url, "", stranger); status != http.StatusForbidden {
			t.Errorf("GET %s as evil.example: %d %s, want 403", url, status, reply)
		}
	}
	// One good payment behind them is the only one that arrives.
	post(t, s, http.StatusOK, goodPayment)
	eventually(t, 20*time.Second, func() (bool, string) {
		reply := get(t, s.Analytics+"/analytics")
		return object(t, reply)["total_emails"] == 1.0, reply
	})
	if reply := get(t, s.Analytics+"/analytics"); object(t, reply)["total_payments"] != 1.0 {
		t.Errorf("analytics %s, want one payment", reply)
	}
}

func TestBusinessRulesLiveBehindTheTopic(t *testing.T) {
	s := serve(t, "--delay", "0s")
	post(t, s, http.StatusOK, `{"user_id": 1, "cart": [{"name": "iPhone", "price": -1000}]}`)
	post(t, s, http.StatusOK, goodPayment)
	eventually(t, 20*time.Second, func() (bool, string) {
		orders := get(t, s.Orders+"/orders")
		return len(list(t, orders, "orders")) == 1, orders
	})
}
