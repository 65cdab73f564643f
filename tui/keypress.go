package tui

import (
	"strings"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// typedBy is pressing a key that types one character; ok is false for others, which scroll or choose.
func typedBy(b key.Binding) (msg tea.KeyPressMsg, ok bool) {
	for _, name := range b.Keys() {
		if name == "space" {
			return tea.KeyPressMsg{Code: tea.KeySpace, Text: " "}, true
		}
		if r, size := utf8.DecodeRuneInString(name); size == len(name) {
			return tea.KeyPressMsg{Code: r, Text: name}, true
		}
	}
	return tea.KeyPressMsg{}, false
}

// pressOf is pressing a key, whatever it is called; ok is false for one that no keyboard has.
func pressOf(b key.Binding) (msg tea.KeyPressMsg, ok bool) {
	if msg, ok = typedBy(b); ok || len(b.Keys()) == 0 {
		return msg, ok
	}
	name := b.Keys()[0]
	for prefix, mod := range map[string]tea.KeyMod{"shift+": tea.ModShift, "ctrl+": tea.ModCtrl} {
		if rest, found := strings.CutPrefix(name, prefix); found {
			name, msg.Mod = rest, mod
		}
	}
	codes := map[string]rune{
		"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft,
		"right": tea.KeyRight, "pgdown": tea.KeyPgDown, "pgup": tea.KeyPgUp, "home": tea.KeyHome, "c": 'c', "s": 's', "f7": tea.KeyF7, "f8": tea.KeyF8,
	}
	msg.Code, ok = codes[name]
	return msg, ok
}
