package tui

import (
	"testing"
	"time"
)

// BenchmarkFrame is the cost of one picture: a fresh Snapshot taken in and drawn.
func BenchmarkFrame(b *testing.B) {
	for name, size := range map[string][2]int{"80x24": {80, 24}, "160x45": {160, 45}, "220x60": {220, 60}} {
		b.Run(name, func(b *testing.B) {
			s := crashed()
			m, _ := dashboard(s, size[0], size[1])
			m.past = crashStory(s)
			for b.Loop() {
				s.At = s.At.Add(time.Millisecond)
				m.Update(frameMsg{s.At, s})
				_ = m.View()
			}
		})
	}
}
