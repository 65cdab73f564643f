package analytics

import "blackfriday/services/event"

// The bounds of the set of users: a flood draws from 10,000, so only an outside producer ever reaches them.
const (
	maxUsers     = 100_000
	maxUserBytes = 16 << 20
)

// users is the set of the users that paid, in the order in which they first did. It is exact up to its bounds; beyond
// them new users are no longer remembered, and full says so.
type users struct {
	seen  map[event.UserID]struct{}
	order []event.UserID
	bytes int
	full  bool
}

// add remembers a user.
func (u *users) add(id event.UserID) {
	if _, known := u.seen[id]; known {
		return
	}
	if len(u.order) == maxUsers || u.bytes+len(id) > maxUserBytes {
		u.full = true
		return
	}
	if u.seen == nil {
		u.seen = make(map[event.UserID]struct{})
	}
	u.seen[id] = struct{}{}
	u.order = append(u.order, id)
	u.bytes += len(id)
}
