package tui

import (
	"context"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"blackfriday/services/lab"
)

// FuzzUpdate sends arbitrary keys, sizes, Snapshots, answers and pastes: nothing may panic, and every frame must fit.
func FuzzUpdate(f *testing.F) {
	f.Add([]byte("\x00fF75\x01\x64\x1e\x02\x01\x03Pq?"))
	f.Add([]byte{1, 80, 24, 2, 4, 0, 'F', 3, 9, 0, '?', 1, 0, 0, 1, 160, 45, 0, 2, 2, 3, 0, 5, 0, ' '})
	f.Add([]byte{1, 120, 36, 2, 1, 3, 2, 2, 8, 3, 16, 0, 3, 18, 0, 3, 18, 1, 0, 'o', 0, 'o', 3, 1, 0, 0, 't', 4, 2, 9, 3, 1, 0, 0, '7'})
	f.Add([]byte{1, 100, 30, 2, 4, 0, '0', 6, 0, 0, 0, 0, 'N', 4, 3, 2, 3, 3, 0, 3, 8, 0, 0, '9', 6, 1, 1, 0, 'E', 3, 18, 0, 0, 'x'})
	var pictures []*lab.Snapshot
	for _, name := range []string{"nothing", "empty", "starting", "crash", "stale", "unread", "crowded", "hostile", "race", "compared", "hot",
		"full", "deluge", "nobody left", "foreign", "audited", "lossy", "behind", "unaudited", "transacting", "blocked", "crash loop"} {
		pictures = append(pictures, scenes()[name])
	}
	special := []rune{tea.KeyEscape, tea.KeyEnter, tea.KeyTab, tea.KeyUp, tea.KeyDown, tea.KeyPgDown, tea.KeyPgUp,
		tea.KeyHome, tea.KeyBackspace, tea.KeyF1, tea.KeyF2, tea.KeyF3, tea.KeyF4, tea.KeyF5,
		tea.KeyF6, tea.KeyF7, tea.KeyF8, tea.KeyF9, tea.KeyF10, tea.KeyLeft, tea.KeyRight, 0}
	desk := evilDesk()
	options := Options{Pills: pills(), Messages: func() Messages { return desk }, DeadLetters: func() DeadLetters { return desk }}
	f.Fuzz(func(t *testing.T, script []byte) {
		m := newModel(&fakeLab{snapshot: running(3, 3)}, options, startJobs(context.Background()))
		next := func() byte {
			if len(script) == 0 {
				return 0
			}
			b := script[0]
			script = script[1:]
			return b
		}
		for range min(len(script), 60) {
			switch next() % 7 {
			case 0:
				b := next()
				m.Update(tea.KeyPressMsg{Code: rune(b), Text: string(rune(b))})
			case 1:
				m.Update(tea.WindowSizeMsg{Width: int(next()), Height: int(next()) % 100})
			case 2:
				m.Update(frameMsg{noon().Add(time.Duration(next()) * time.Second), pictures[int(next())%len(pictures)]})
			case 3:
				m.Update(tea.KeyPressMsg{Code: special[int(next())%len(special)], Mod: tea.KeyMod(next() % 3)})
			case 4:
				m.Update(tea.PasteMsg{Content: string(script)})
			case 5:
				m.Update(doneMsg{lab.Kill{Name: string(script)}, context.Canceled, pictures[int(next())%len(pictures)]})
			case 6:
				m.Update(pageMsg{work: m.browser.work, page: desk.page, land: landing(next() % 3)})
				m.Update(lettersMsg{work: m.letters.work, page: desk.letters, same: next()%2 == 0})
				m.Update(traceMsg{work: m.trail.work, trace: desk.trace})
			}
			fits(t, m, "fuzzed screen")
		}
	})
}
