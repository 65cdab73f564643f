package tui

import (
	"strings"
	"testing"
	"unicode"

	"github.com/charmbracelet/x/ansi"

	"blackfriday/services/messages"
)

// deskKeys lead to everything that the pages that read topics can show.
func deskKeys() []string {
	return []string{"0", "0 down enter", "0 enter pgdown", "0 a", "0 O", "0 O 3", "0 N", "0 N tab", "0 / x", "9", "9 right m", "9 enter pgdown",
		"9 R", "9 m R 3", "9 R 3", "9 E", "9 E down down", "9 w", "9 R 1", "9 v", "9 v down", "9 v down enter", "V", "V 1 enter", "0 N ?", "9 E ctrl+c"}
}

// desks are desks from empty to hostile.
func desks() map[string]func() *fakeDesk {
	large := func() *fakeDesk {
		f := followedTwice()
		for i := range f.page.Messages {
			f.page.Messages[i].Value, f.page.Messages[i].Cut = large()["JSON"], 1<<30
		}
		for i := range f.letters.Letters {
			f.letters.Letters[i].Original = large()["zeros"]
		}
		f.letters.Total, f.trace.More, f.page.Hidden = 1<<60, 1<<60, 1<<60
		return f
	}
	empty := func() *fakeDesk { return &fakeDesk{page: messages.Page{Bounded: true, Older: true}} }
	return map[string]func() *fakeDesk{"empty": empty, "browsed": browsed, "buried": buried, "twice": followedTwice, "again": redrivenTrace, "evil": evilDesk, "large": large}
}

func TestEveryDeskPageFits(t *testing.T) {
	t.Parallel()
	for name, desk := range desks() {
		f := desk()
		for _, keys := range deskKeys() {
			m := reading(flooded(), f, 100, 30, strings.Fields(keys)...)
			for _, size := range [][2]int{{0, 0}, {1, 1}, {79, 24}, {80, 23}, {80, 24}, {81, 25}, {100, 30}, {139, 33}, {140, 34}, {250, 80}} {
				m.width, m.height = size[0], size[1]
				fits(t, m, name+" after "+keys)
			}
		}
	}
}

func TestEverySizeOfTheDeskPagesFits(t *testing.T) {
	t.Parallel()
	var models []*model
	for _, keys := range deskKeys() {
		models = append(models, reading(flooded(), evilDesk(), 100, 30, strings.Fields(keys)...), reading(flooded(), followedTwice(), 100, 30, strings.Fields(keys)...))
	}
	for w := 76; w < 173; w++ {
		for h := 20; h < 53; h++ {
			m := models[(w*33+h)%len(models)]
			m.width, m.height = w, h
			fits(t, m, "screen")
		}
	}
}

func TestHostileRecordsAreMadeVisible(t *testing.T) {
	for _, ascii := range []bool{false, true} {
		for _, keys := range deskKeys() {
			m := reading(flooded(), evilDesk(), 160, 45)
			m.options.ASCII = ascii
			m.restyle(ThemeDark)
			act(m, strings.Fields(keys)...)
			content := m.View().Content
			for _, r := range ansi.Strip(strings.ReplaceAll(content, "\n", "")) {
				if !unicode.IsPrint(r) || unicode.Is(unicode.M, r) || ascii && r > '~' {
					t.Fatalf("after %s, ASCII %v, it draws %U", keys, ascii, r)
				}
			}
			if strings.Contains(content, "\x1b]0;") || strings.Contains(content, "\x1b[2J") {
				t.Fatalf("after %s an escape sequence gets through", keys)
			}
		}
	}
}

func TestColoursAreNeverAlone(t *testing.T) {
	for _, keys := range deskKeys() {
		m := reading(flooded(), followedTwice(), 100, 30, strings.Fields(keys)...)
		coloured := text(m)
		m.options.NoColor = true
		m.restyle(ThemeDark)
		if plain := text(m); plain != coloured {
			t.Errorf("after %s the words differ without colours:\n%s", keys, plain)
		}
		if strings.Contains(m.View().Content, "38;2;") {
			t.Errorf("after %s there are colours", keys)
		}
	}
}

func TestTheFooterOffersWhatThePageCanDo(t *testing.T) {
	for keys, want := range map[string]string{"0": "left right topic", "9": "R send again", "V 1 @ 2 enter": "u again", "0 N tab": "ctrl+s send", "0 /": "enter take it", "0 O": "enter take it"} {
		m := reading(flooded(), followedTwice(), 100, 30, strings.Fields(keys)...)
		if lines := strings.Split(text(m), "\n"); !strings.Contains(lines[29], want) {
			t.Errorf("after %s the footer is %q", keys, lines[29])
		}
	}
}

func TestTheFooterNamesAKeyOnce(t *testing.T) {
	empty := func() *fakeDesk { return &fakeDesk{} }
	for keys, desk := range map[string]func() *fakeDesk{"9": empty, "9 u": buried, "0": browsed, "V 1 @ 2 enter": followedTwice} {
		for _, w := range []int{80, 100, 160, 250} {
			m := reading(flooded(), desk(), w, 30, strings.Fields(keys)...)
			seen := map[string]bool{}
			front, spare := m.footer()
			for _, b := range append(front, spare...) {
				for _, k := range b.Keys() {
					if seen[k] {
						t.Errorf("after %s the footer has the key %q twice", keys, k)
					}
					seen[k] = true
				}
			}
		}
	}
}
