package tui

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/charmbracelet/x/exp/golden"

	"blackfriday/services/lab"
	"blackfriday/services/messages"
)

// followKeys type the place of a payment.
func followKeys() []string { return []string{"V", "P", "1", "@", "2", "1", "5", "enter"} }

// deskScreen is a desk after some keys.
type deskScreen struct {
	name string
	desk *fakeDesk
	keys []string
}

// deskScreens are what the goldens of the desks show.
func deskScreens() []deskScreen {
	refusing := func() *fakeDesk {
		f := buried()
		f.refuse = map[messages.Place]error{f.letters.Letters[1].Place: errors.New("send P1@19 again: it was sent again 3 times already; repair its cause first")}
		return f
	}
	return []deskScreen{
		{"messages", browsed(), []string{"0", "down"}},
		{"message-open", browsed(), []string{"0", "enter"}},
		{"messages-from", browsed(), []string{"0", "O", "2"}},
		{"messages-where", browsed(), []string{"0", "O", "down"}},
		{"messages-write", browsed(), []string{"0", "N", "tab"}},
		{"messages-filter", browsed(), []string{"0", "/", "4", "2"}},
		{"letters", buried(), []string{"9"}},
		{"letters-marked", buried(), []string{"9", "right", "m", "down", "m"}},
		{"letter-open", buried(), []string{"9", "down", "enter"}},
		{"letters-send", buried(), []string{"9", "m", "m", "R"}},
		{"letters-all", buried(), []string{"9", "R", "3"}},
		{"letters-sent", refusing(), []string{"9", "m", "m", "m", "R", "3"}},
		{"letters-edit", buried(), []string{"9", "E"}},
		{"letters-export", buried(), []string{"9", "w"}},
		{"follow-twice", followedTwice(), followKeys()},
		{"follow-redriven", redrivenTrace(), append(followKeys(), "down", "down")},
		{"follow-typed", redrivenTrace(), []string{"V", "P", "1"}},
	}
}

func TestDeskScreens(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 36}, {160, 45}} {
		for _, screen := range deskScreens() {
			if slices.Contains(galleryDesks(), screen.name) {
				continue
			}
			t.Run(fmt.Sprintf("%s-%dx%d", screen.name, size[0], size[1]), func(t *testing.T) {
				golden.RequireEqual(t, text(reading(flooded(), screen.desk, size[0], size[1], screen.keys...)))
			})
		}
		for name, key := range map[string]string{"letters-off": "R", "messages-off": "N"} {
			for who, s := range map[string]*lab.Snapshot{"restricted": restricted(), "observed": observed()} {
				t.Run(fmt.Sprintf("%s-%s-%dx%d", name, who, size[0], size[1]), func(t *testing.T) {
					page := map[string]string{"R": "9", "N": "0"}[key]
					golden.RequireEqual(t, text(reading(s, buried(), size[0], size[1], page, key)))
				})
			}
		}
	}
}

// answering are what else the dashboard asks and answers, where the scenes of the dashboard have it in one language only.
func answering() []scene {
	return []scene{
		{"help-end", running(3, 3), []string{"?", "pgdown"}, nil},
		{"help-off", restricted(), []string{"?"}, nil},
		{"choose-too-many", flooded(), []string{"F", "9", "9", "9", "9", "9", "9", "9"}, nil},
		{"observed-refuses", observed(), []string{"f"}, nil},
		{"sent", flooded(), []string{"f"}, nil},
	}
}

func TestDeskScreensInFrench(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 36}} {
		for _, screen := range deskScreens() {
			t.Run(fmt.Sprintf("%s-%dx%d", screen.name, size[0], size[1]), func(t *testing.T) {
				m := reading(flooded(), screen.desk, size[0], size[1])
				m.cycleLanguage()
				act(m, screen.keys...)
				golden.RequireEqual(t, text(m))
			})
		}
		for _, c := range answering() {
			c.play(t, size, (*model).cycleLanguage)
		}
	}
}
