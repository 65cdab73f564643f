package role

import "testing"

func TestNamesOfTheLabsOwnClients(t *testing.T) {
	for name, ours := range map[string]bool{
		"email": true, "Analytics": true, "PAYMENT": true, "observer": true, "order-1": true, "ORDER-30": true, "order-": true,
		"Lea": false, "order-Lea": false, "emailer": false, "": false, "order-laptop-1": false,
	} {
		if IsOurs(name) != ours {
			t.Errorf("%q: %v, want %v", name, !ours, ours)
		}
	}
}
