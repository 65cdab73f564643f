package tui

import (
	"strings"

	"blackfriday/services/lab"
)

// classroom says how students join. The code comes first where both hardly fit, and the port goes that is meant without one:
// the address is needed once, and stands among the events, too.
func (st *styles) classroom(c lab.Cluster, w int) string {
	code, address := st.strong.Render(visible(c.Code, 24, st.ascii)), visible(c.Join, 40, st.ascii)
	switch {
	case w < 100:
		return code + " join " + strings.TrimSuffix(address, ":9094")
	case w < 120:
		return "code " + code + st.muted.Render("  join ") + address
	}
	return "join code " + code + st.muted.Render("  type ") + "blackfriday join " + address
}

// embeddedElsewhere names the embedded cluster of another process.
func (st *styles) embeddedElsewhere(c lab.Cluster, w int) string {
	text := "in another process, " + visible(c.Brokers[0], 32, st.ascii)
	if w >= 100 {
		text = count(int64(c.Nodes), "broker") + " " + text
	}
	return text
}

// realCluster names somebody else's cluster: how many brokers it has, its id and, where there is room, how it was reached.
func (st *styles) realCluster(c lab.Cluster, w int) string {
	text := count(int64(c.Nodes), "broker")
	if c.ID != "" { // brokers before Kafka 0.10.1 have none
		text += ", " + visible(c.ID, 22, st.ascii)
	}
	if w >= 100 {
		text += ", " + visible(c.Brokers[0], w-80, st.ascii)
	}
	return text
}
