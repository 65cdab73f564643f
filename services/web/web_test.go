package web_test

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"blackfriday/kafka"
	"blackfriday/services/web"
)

// hello answers GET /hello with JSON.
func hello() http.Handler {
	return web.Route("/hello", http.MethodGet, func(w http.ResponseWriter, _ *http.Request) {
		web.List(w, "words", [][]byte{[]byte(`"a"`), []byte(`"b"`)}, 7)
	})
}

// serve runs a server until the test ends and returns its address.
func serve(t *testing.T, handler http.Handler) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := web.NewServer(handler)
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return listener.Addr().String()
}

func TestServerAnswers(t *testing.T) {
	addr := serve(t, hello())
	tests := []struct {
		method, target, host string
		header               http.Header
		status               int
		body                 string
	}{
		{"GET", "/hello", "", nil, 200, `{"words":["a","b"],"total":7}`},
		{"GET", "/hello?x=1", "localhost:1", nil, 200, `{"words":["a","b"],"total":7}`},
		{"GET", "/hello", "LOCALHOST", nil, 200, `{"words":["a","b"],"total":7}`},
		{"GET", "/hello", "[::1]:8000", nil, 200, `{"words":["a","b"],"total":7}`},
		{"GET", "/hello", "127.1.2.3", nil, 200, `{"words":["a","b"],"total":7}`},
		{"GET", "/hello", "example.com", nil, 403, "error"},
		{"GET", "/hello", "localhost.example.com:8000", nil, 403, "error"},
		{"GET", "/hello", "192.168.1.5", nil, 403, "error"},
		{"GET", "/hello", "0.0.0.0", nil, 403, "error"},
		{"GET", "/", "", nil, 404, "error"},
		{"GET", "/hello/", "", nil, 404, "error"},
		{"GET", "//hello", "", nil, 404, "error"},
		{"POST", "/hello", "", nil, 405, "error"},
		{"DELETE", "/hello", "", nil, 405, "error"},
		{"POST", "/hello", "", http.Header{"Sec-Fetch-Site": {"cross-site"}}, 403, "error"},
		{"POST", "/hello", "", http.Header{"Origin": {"https://example.com"}}, 403, "error"},
		{"HEAD", "/hello", "", nil, 200, ""},
	}
	for _, tt := range tests {
		req, err := http.NewRequestWithContext(t.Context(), tt.method, "http://"+addr+tt.target, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = tt.host
		if tt.header != nil {
			req.Header = tt.header
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		if err := resp.Body.Close(); err != nil {
			t.Fatal(err)
		}
		if err != nil || resp.StatusCode != tt.status || tt.body != "error" && string(body) != tt.body {
			t.Errorf("%s %s at %q: %d %s, %v; want %d %s",
				tt.method, tt.target, tt.host, resp.StatusCode, body, err, tt.status, tt.body)
		}
		if tt.body == "error" {
			checkError(t, body)
		}
		length := int64(len(body))
		if tt.method == "HEAD" {
			length = int64(len(`{"words":["a","b"],"total":7}`))
		}
		if resp.ContentLength != length || resp.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %s: length %d, type %q", tt.method, tt.target, resp.ContentLength, resp.Header.Get("Content-Type"))
		}
		if tt.status == 405 && resp.Header.Get("Allow") != "GET, HEAD" {
			t.Errorf("%s %s: Allow %q", tt.method, tt.target, resp.Header.Get("Allow"))
		}
	}
}

// checkError fails unless body is {"error": some text} and nothing else.
func checkError(t *testing.T, body []byte) {
	t.Helper()
	var reply map[string]string
	if err := json.Unmarshal(body, &reply); err != nil || len(reply) != 1 || reply["error"] == "" {
		t.Errorf("error reply %s, %v", body, err)
	}
}

func TestServerHasLimits(t *testing.T) {
	s := web.NewServer(hello())
	if s.ReadHeaderTimeout <= 0 || s.ReadTimeout <= 0 || s.IdleTimeout <= 0 || s.WriteTimeout <= 5*time.Second ||
		s.MaxHeaderBytes <= 0 || s.ErrorLog == nil {
		t.Errorf("server without limits: %+v", s)
	}
	addr := serve(t, hello())
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+addr+"/hello", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Long", strings.Repeat("x", 64<<10))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("64 KiB of headers: %d", resp.StatusCode)
	}
}

func TestSendsJSON(t *testing.T) {
	tests := map[string]bool{
		"application/json": true, "Application/JSON; charset=utf-8": true, "text/plain": false, "": false,
		"application/x-www-form-urlencoded": false, "application/jsonp": false, "application/json; charset": false,
		"multipart/form-data; boundary=x": false, "text/json": false,
	}
	for contentType, want := range tests {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		r.Header.Set("Content-Type", contentType)
		if got := web.SendsJSON(r); got != want {
			t.Errorf("SendsJSON(%q) = %v", contentType, got)
		}
	}
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	if !web.SendsJSON(r) {
		t.Error("a request without Content-Type was refused")
	}
	r.Header["Content-Type"] = []string{"application/json", "text/plain"}
	if web.SendsJSON(r) {
		t.Error("two content types were taken")
	}
}

// TestAClassroomShowsItsCode: without it nobody gets an answer, also from this machine, and also not to what is not there.
func TestAClassroomShowsItsCode(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Skip(err) // only Linux has the whole of 127.0.0.0/8
	}
	server := web.NewClassroomServer(hello(), web.Classroom{Host: "127.0.0.2", Code: kafka.NewSecret("kx7f-m3qp")})
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	t.Cleanup(func() { server.Close(); <-done })
	for _, test := range []struct {
		user, code, host, path, origin string
		status                         int
	}{
		{"student", "kx7f-m3qp", "", "/hello", "", 200},
		{"student", "kx7f-m3qp", "127.0.0.2", "/hello", "", 200},
		{"student", "kx7f-m3qp", "", "/nothing", "", 404},
		{"student", "kx7fm3qp", "", "/hello", "", 200},
		{"student", "KX7F M3QP", "", "/hello", "", 200},
		{"student", "kx7f-m3qp", "lab.example", "/hello", "", 403},
		{"student", "kx7f-m3qp", "localhost", "/hello", "", 403},
		{"student", "kx7f-m3qp", "", "/hello", "https://example.com", 403},
		{"student", "kx7f-m3q", "", "/hello", "", 401},
		{"student", "", "", "/hello", "", 401},
		{"teacher", "kx7f-m3qp", "", "/hello", "", 401},
		{"", "", "", "/hello", "", 401},
		{"", "", "", "/nothing", "", 401},
	} {
		method := http.MethodGet
		if test.origin != "" {
			method = http.MethodPost
		}
		req, err := http.NewRequestWithContext(t.Context(), method, "http://"+listener.Addr().String()+test.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = test.host
		if test.user != "" {
			req.SetBasicAuth(test.user, test.code)
		}
		if test.origin != "" {
			req.Header.Set("Origin", test.origin)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != test.status || (test.status == 401) != (resp.Header.Get("WWW-Authenticate") != "") {
			t.Errorf("%+v: %d %s", test, resp.StatusCode, body)
		}
		if strings.Contains(string(body), "kx7f") {
			t.Errorf("%+v: the answer tells the code: %s", test, body)
		}
	}
}
