package tui

import (
	"strings"
	"testing"
	"time"

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
	for _, size := range [][2]int{{80, 24}, {100, 30}, {120, 36}, {160, 45}} {
		for address, typed := range map[string]string{
			"192.168.100.200:9094": "join 192.168.100.200", "192.168.100.200:19390": "join 192.168.100.200:19390",
		} {
			s := classroom()
			s.Cluster.Join, s.Started = address, s.At.Add(-2*time.Hour)
			m, _ := dashboard(s, size[0], size[1])
			first, _, _ := strings.Cut(text(m), "\n")
			if !strings.Contains(first, " kx7f-m3qp ") || !strings.Contains(first, typed) || !strings.Contains(first, "running 2:00:00") {
				t.Errorf("%d columns: %q", size[0], first)
			}
			if badge := m.st.badge.Render(" kx7f-m3qp "); !strings.Contains(m.View().Content, badge) {
				t.Errorf("%d columns: the code does not stand out", size[0])
			}
		}
	}
}
