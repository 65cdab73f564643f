package tui

import (
	"strings"

	"blackfriday/services/lab"
)

// classroom says how students join. The code is read from the last row: it stands out as nothing else does, and comes first
// where both hardly fit. The port goes that is meant without one: the address is needed once, and stands among the events, too.
func (st *styles) classroom(c lab.Cluster, w int) string {
	code, address := st.badge.Render(" "+visible(c.Code, 24, st.ascii)+" "), visible(c.Join, 40, st.ascii)
	if w < 120 {
		return st.t("code %s join %s", code, strings.TrimSuffix(address, ":9094"))
	}
	return st.t("join code") + " " + code + st.muted.Render("  "+st.t("type")+" ") + "blackfriday join " + address
}

// embeddedElsewhere names the embedded cluster of another process.
func (st *styles) embeddedElsewhere(c lab.Cluster, w int) string {
	address := visible(c.Brokers[0], 32, st.ascii)
	if w < 100 {
		return st.t("in another process, %s", address)
	}
	return st.t("%s in another process, %s", st.count(int64(c.Nodes), "%s broker", "%s brokers"), address)
}

// realCluster names somebody else's cluster: how many brokers it has, its id and, where there is room, how it was reached.
func (st *styles) realCluster(c lab.Cluster, w int) string {
	text := st.count(int64(c.Nodes), "%s broker", "%s brokers")
	if c.ID != "" { // brokers before Kafka 0.10.1 have none
		text += ", " + visible(c.ID, 22, st.ascii)
	}
	if address := visible(c.Brokers[0], w, st.ascii); width(address) <= w-80 { // in full or not at all: its end is its port
		text += ", " + address
	}
	return text
}
