package tui

import (
	"strings"
	"testing"

	"blackfriday/services/lab"
)

// classroom is a lab that students have joined, one of them under a name that does something to terminals.
func classroom() *lab.Snapshot {
	s := visited()
	s.Cluster.Embedded = true
	s.Cluster.Brokers = []string{"192.168.100.200:9094", "192.168.100.200:9095", "192.168.100.200:9096"}
	s.Cluster.Join, s.Cluster.Code = s.Cluster.Brokers[0], "kx7f-m3qp"
	return s
}

// TestTheJoinCodeIsNeverCut, nor what students type: it is read from the last row.
func TestTheJoinCodeIsNeverCut(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {100, 30}, {160, 45}} {
		m, _ := dashboard(classroom(), size[0], size[1])
		first, _, _ := strings.Cut(text(m), "\n")
		if !strings.Contains(first, "kx7f-m3qp") || !strings.Contains(first, "join 192.168.100.200") {
			t.Errorf("%d columns: %q", size[0], first)
		}
	}
}
