package tui

import (
	"strings"
	"testing"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// Whatever has a name is found by a part of it, in the language of the screen and in English.
func TestTheFinderFindsActionsByName(t *testing.T) {
	for _, test := range []struct {
		lang, typed, want string
		asked             lab.Command
	}{
		{"", "flood 1,000,000", "flood of 1,000,000 payments", lab.Flood{Count: lab.MaxFlood}},
		{"", "kilorder-2", "kill order-2", lab.Kill{Name: "order-2"}},
		{"", "roundrobin", "protocol roundrobin", lab.SetProtocol{Protocol: "roundrobin"}},
		{phrase.French, "delay 500", "délai de 500 ms", lab.SetDelay{Delay: 500e6}},
		{phrase.French, "delai de 500", "délai de 500 ms", lab.SetDelay{Delay: 500e6}},
	} {
		m, f := dashboard(flooded(), 100, 30)
		if test.lang != "" {
			press(m, "L")
		}
		press(m, ":")
		typedKeys(m, test.typed)
		if !strings.Contains(text(m), test.want) {
			t.Errorf("%q does not show %s:\n%s", test.typed, test.want, text(m))
		}
		press(m, "enter")
		if len(f.asked) != 1 || f.asked[0] != test.asked || m.finder != nil {
			t.Errorf("%q asked for %#v, want %#v", test.typed, f.asked, test.asked)
		}
	}
}

// Each theme has a name, in both languages.
func TestTheFinderPutsOnThemes(t *testing.T) {
	for _, test := range []struct{ lang, typed, want string }{
		{"", "theme light", ThemeLight}, {"", "theme contrast dark", ThemeContrastDark}, {"", "theme contrast light", ThemeContrastLight},
		{phrase.French, "thème clair", ThemeLight}, {phrase.French, "theme contraste clair", ThemeContrastLight}, {phrase.French, "theme light", ThemeLight},
	} {
		m, _ := dashboard(flooded(), 100, 30)
		if test.lang != "" {
			press(m, "L")
		}
		press(m, ":")
		typedKeys(m, test.typed)
		if press(m, "enter"); m.theme != test.want || m.auto || m.finder != nil {
			t.Errorf("%q puts on %s, want %s", test.typed, m.theme, test.want)
		}
	}
}

// A key that acts is an action, and what deletes asks first.
func TestTheFinderPressesKeysAndAsks(t *testing.T) {
	m, f := dashboard(flooded(), 100, 30)
	press(m, ":")
	typedKeys(m, "ledger")
	if press(m, "enter"); m.page != ledgerPage {
		t.Errorf("page %d", m.page)
	}
	press(m, ":")
	typedKeys(m, "checkpoint 4")
	if press(m, "enter"); m.dialog == nil || !strings.Contains(m.dialog.title, "4") {
		t.Errorf("no question before checkpoint 4:\n%s", text(m))
	}
	press(m, "esc", ":")
	typedKeys(m, "recreate the topics with 1 p")
	if press(m, "enter", "n"); m.dialog == nil || len(f.asked) != 0 {
		t.Errorf("asked for %#v without a yes", f.asked)
	}
	press(m, "esc", ":")
	if press(m, "q", "x", "z"); m.finder == nil || !strings.Contains(text(m), "Nothing is called that") {
		t.Errorf("letters are what is looked for:\n%s", text(m))
	}
	if press(m, "esc"); m.finder != nil {
		t.Error("esc does not close it")
	}
	press(m, ":")
	typedKeys(m, "mark")
	if press(m, "enter"); m.page != lettersPage {
		t.Errorf("what is done to dead letters alone leads to page %d", m.page)
	}
}

// Who only looks finds everything, and is told why nothing is done.
func TestTheFinderObeysTheObserver(t *testing.T) {
	s := flooded()
	s.Observing = true
	m, f := dashboard(s, 100, 30)
	press(m, ":")
	typedKeys(m, "flood of 1 payment")
	press(m, "enter")
	if len(f.asked) != 0 || !m.message.bad {
		t.Errorf("asked for %#v, said %s", f.asked, m.said())
	}
}

// Every key that does something has a name in the finder.
func TestEveryActingKeyIsInTheFinder(t *testing.T) {
	m, _ := dashboard(flooded(), 100, 30)
	m.openFinder()
	names := map[string]bool{}
	for _, d := range m.finder.deeds {
		if name := d.says.In(nil); names[name] {
			t.Errorf("two actions are called %s", name)
		} else {
			names[name] = true
		}
	}
	for _, section := range m.keys.Sections()[:len(m.keys.Sections())-1] {
		for _, b := range section.Keys {
			if _, acts := typedBy(b); acts && !names[b.Help().Desc] {
				t.Errorf("%s: %s", b.Help().Key, b.Help().Desc)
			}
		}
	}
}

// A few letters of the first word come before the same letters here and there in others.
func TestTheFinderPrefersWhatWasTypedAsItStands(t *testing.T) {
	for typed, want := range map[string]page{"sce": stagePage, "stage": stagePage, "tabl": dashboardPage, "ledg": ledgerPage} {
		m, _ := dashboard(flooded(), 100, 30)
		press(m, "L", "2", ":")
		typedKeys(m, typed)
		if press(m, "enter"); m.page != want {
			t.Errorf("%q shows page %d, want %d", typed, m.page, want)
		}
	}
}
