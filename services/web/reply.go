package web

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// Reply answers with a JSON body. A write error is not reported: it means that the client has gone.
func Reply(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// Error answers with {"error": message}. It is an interface of programs: English, whatever the language of the lab.
func Error(w http.ResponseWriter, status int, message string) {
	body, err := json.Marshal(map[string]string{"error": message})
	if err != nil {
		body = []byte(`{"error":"the reason cannot be encoded"}`)
	}
	Reply(w, status, body)
}

// List answers 200 with {"name": [entries], "total": total}, where each entry is JSON already.
func List(w http.ResponseWriter, name string, entries [][]byte, total int64) {
	size := len(name) + 64
	for _, e := range entries {
		size += len(e) + 1
	}
	body := append(make([]byte, 0, size), `{"`...)
	body = append(body, name...)
	body = append(body, `":[`...)
	for i, e := range entries {
		if i > 0 {
			body = append(body, ',')
		}
		body = append(body, e...)
	}
	body = append(body, `],"total":`...)
	body = strconv.AppendInt(body, total, 10)
	Reply(w, http.StatusOK, append(body, '}'))
}
