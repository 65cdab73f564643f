package web

import (
	"net/http"
	"strings"

	"blackfriday/kafka"
)

// Classroom is who may use the services from other machines.
type Classroom struct {
	Host string       // by which they reach this one
	Code kafka.Secret // password of kafka.StudentUser
}

// NewClassroomServer is NewServer for a service that a classroom may use: it answers to the classroom's Host, and only to
// who shows the code by HTTP's Basic authentication (RFC 7617), wherever the request comes from: see kafka.SameJoinCode. Others
// get 401. As in the classroom's Kafka, nothing is encrypted.
func NewClassroomServer(handler http.Handler, room Classroom) *http.Server {
	server := NewServer(handler)
	ours := func(host string) bool { return strings.EqualFold(hostOnly(host), room.Host) }
	server.Handler = guard(room.admit(handler), ours, "this service answers only to the Host "+room.Host)
	return server
}

// admit lets students through.
func (c Classroom) admit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		if !kafka.SameJoinCode(c.Code, password) || user != kafka.StudentUser {
			w.Header().Set("WWW-Authenticate", `Basic realm="Black Friday Lab", charset="UTF-8"`)
			Error(w, http.StatusUnauthorized, "this classroom asks for its join code: curl -u "+kafka.StudentUser+":CODE")
			return
		}
		next.ServeHTTP(w, r)
	})
}
