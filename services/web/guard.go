package web

import (
	"context"
	"encoding/json"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Guard lets a request through to next only when its Host is a loopback one (a name that somebody else's DNS points
// here is not) and when no browser sent it for a page of another origin. Others get 403.
func Guard(next http.Handler) http.Handler {
	return guard(next, loopback, "this service answers only to a loopback Host, such as localhost or 127.0.0.1")
}

// guard lets a request through when its Host is ours and no page of another origin sent it.
func guard(next http.Handler, ours func(host string) bool, otherwise string) http.Handler {
	crossOrigin := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !ours(r.Host) {
			Error(w, http.StatusForbidden, otherwise)
			return
		}
		if err := crossOrigin.Check(r); err != nil {
			Error(w, http.StatusForbidden, "a web page of another origin may not use this service")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// hostOnly is a Host header without its port.
func hostOnly(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
}

// loopback says whether a Host header names this machine itself.
func loopback(host string) bool {
	host = hostOnly(host)
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}

// lost is how every service begins its answer to who asks for another path.
const lost = "nothing here; this service answers "

// alone is how a service in a process of its own calls itself in its answers (RFC 9110, Server).
const alone = "blackfriday-service"

// Alone has a service that is in a process of its own say so: see Serves.
func Alone(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Server", alone)
		next.ServeHTTP(w, r)
	})
}

// Serves is what a service answers at an address such as http://127.0.0.1:8001: "GET /orders". Empty: none is there. It is one
// of a lab, or in a process of its own.
func Serves(ctx context.Context, client *http.Client, address string) (what string, ownProcess bool) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/", http.NoBody)
	if err != nil {
		return "", false
	}
	response, err := client.Do(request)
	if err != nil {
		return "", false
	}
	defer func() { _ = response.Body.Close() }() // it was only read from
	var reply struct{ Error string }
	err = json.NewDecoder(io.LimitReader(response.Body, maxHeaderBytes)).Decode(&reply)
	what, found := strings.CutPrefix(reply.Error, lost)
	if err != nil || !found || response.StatusCode != http.StatusNotFound {
		return "", false
	}
	return what, response.Header.Get("Server") == alone
}

// Route answers one path: another path gets 404, another method 405. GET includes HEAD.
func Route(path, method string, handle http.HandlerFunc) http.Handler {
	methods := []string{method}
	if method == http.MethodGet {
		methods = append(methods, http.MethodHead)
	}
	allow := strings.Join(methods, ", ")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path != path:
			Error(w, http.StatusNotFound, lost+method+" "+path)
		case !slices.Contains(methods, r.Method):
			w.Header().Set("Allow", allow)
			Error(w, http.StatusMethodNotAllowed, path+" takes "+allow+" only")
		default:
			handle(w, r)
		}
	})
}

// SendsJSON says whether a request's Content-Type is application/json or absent. A form or a text/plain body is what a
// web page can post anywhere without asking.
func SendsJSON(r *http.Request) bool {
	types := r.Header.Values("Content-Type")
	if len(types) == 0 {
		return true
	}
	mediaType, _, err := mime.ParseMediaType(types[0])
	return err == nil && len(types) == 1 && mediaType == "application/json"
}
