package analytics

import (
	"encoding/json"
	"math"
	"net/http"

	"blackfriday/services/event"
	"blackfriday/services/web"
)

// maxListedUsers bounds the list in a report; unique_users counts beyond it.
const maxListedUsers = 10_000

// report is the reply of GET /analytics.
type report struct {
	Payments      int64          `json:"total_payments"`
	Orders        int64          `json:"total_orders"`
	Emails        int64          `json:"total_emails"`
	Revenue       float64        `json:"total_revenue"`
	UniqueUsers   int64          `json:"unique_users"`
	Users         []event.UserID `json:"users"` // those who paid first
	UsersComplete bool           `json:"users_complete"`
	Rejected      int64          `json:"rejected"`
	Redelivered   int64          `json:"redelivered"`
	UnpricedItems int64          `json:"unpriced_items"`
}

// Report answers GET /analytics with the figures.
func (h *Handler) Report() http.Handler {
	return web.Route("/analytics", http.MethodGet, func(w http.ResponseWriter, _ *http.Request) {
		body, err := json.Marshal(h.report())
		if err != nil {
			web.Error(w, http.StatusInternalServerError, "encode the figures: "+event.Visible(err.Error()))
			return
		}
		web.Reply(w, http.StatusOK, body)
	})
}

// report takes the figures and the users at one moment.
func (h *Handler) report() report {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.snapshot()
	listed := min(len(h.users.order), maxListedUsers)
	return report{
		Payments: t.Payments, Orders: t.Orders, Emails: t.Emails, Revenue: cents(t.Revenue),
		UniqueUsers: t.UniqueUsers, Users: append([]event.UserID{}, h.users.order[:listed]...),
		UsersComplete: t.UsersComplete && listed == len(h.users.order),
		Rejected:      t.Rejected, Redelivered: t.Redelivered, UnpricedItems: t.UnpricedItems,
	}
}

// cents rounds euros to the cent as long as float64 can tell cents apart, so that a sum of prices reads like one.
func cents(euros float64) float64 {
	const exact = 1e12
	if euros > exact {
		return euros
	}
	return math.Round(euros*100) / 100
}
