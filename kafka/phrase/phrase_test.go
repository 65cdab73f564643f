package phrase_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"blackfriday/kafka/phrase"
)

func french(t *testing.T) *phrase.Language {
	t.Helper()
	l, err := phrase.Load(phrase.French)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestAPhraseIsSaidInTheLanguageOfItsReader(t *testing.T) {
	fr := french(t)
	tests := []struct {
		name   string
		p      phrase.Speaker
		en, fr string
	}{
		{"number", phrase.Number(-1_234_567), "-1,234,567", "-1\u00a0234\u00a0567"},
		{"small number", phrase.Number(999), "999", "999"},
		{"decimal", phrase.Decimal{Value: 1234.56, Digits: 1}, "1,234.6", "1\u00a0234,6"},
		{"negative decimal", phrase.Decimal{Value: -0.5, Digits: 2}, "-0.50", "-0,50"},
		{"no digits", phrase.Decimal{Value: 12345, Digits: 0}, "12,345", "12\u00a0345"},
		{"seconds", phrase.Seconds(5600 * time.Millisecond), "5.6 s", "5,6\u00a0s"},
		{"unknown phrase", phrase.New("%d%% of nothing", 3), "3% of nothing", "3% of nothing"},
		{"no arguments", phrase.New("100%%"), "100%", "100%"},
		{"none", phrase.Count(0, "%s partition", "%s partitions"), "0 partitions", "0 partition"},
		{"one", phrase.Count(1, "%s partition", "%s partitions"), "1 partition", "1 partition"},
		{"many", phrase.Count(1200, "%s partition", "%s partitions"), "1,200 partitions", "1\u00a0200 partitions"},
		{"nested", phrase.New("(%s)", phrase.List{Between: ", ", Parts: []phrase.Speaker{phrase.Number(1000), phrase.Number(2)}}),
			"(1,000, 2)", "(1\u00a0000, 2)"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.p.In(nil); got != test.en {
				t.Errorf("English: %q, want %q", got, test.en)
			}
			if got := test.p.In(fr); got != test.fr {
				t.Errorf("French: %q, want %q", got, test.fr)
			}
		})
	}
}

func TestAnErrorIsSaidInTheLanguageOfItsReader(t *testing.T) {
	fr := french(t)
	_, known := phrase.Load("de")
	const saidKnown = "--lang \"de\"\u00a0: il y a en et fr"
	tests := []struct {
		name   string
		err    error
		en, fr string
	}{
		{"nil", nil, "", ""},
		{"from elsewhere", io.EOF, "EOF", "EOF"},
		{"ours", known, `--lang "de": there are en and fr`, saidKnown},
		{"ours in ours", phrase.Errorf("start: %w", known), `start: --lang "de": there are en and fr`, "start: " + saidKnown},
		{"joined", errors.Join(known, io.EOF), "--lang \"de\": there are en and fr\nEOF", saidKnown + "\nEOF"},
		{"ours in somebody's", fmt.Errorf("open: %w", known), `open: --lang "de": there are en and fr`, `open: --lang "de": there are en and fr`},
		{"with an exit code", coded{known}, `--lang "de": there are en and fr`, saidKnown},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := phrase.Say(nil, test.err); got != test.en {
				t.Errorf("English: %q, want %q", got, test.en)
			}
			if got := phrase.Say(fr, test.err); got != test.fr {
				t.Errorf("French: %q, want %q", got, test.fr)
			}
			if test.err != nil && test.err.Error() != test.en {
				t.Errorf("Error() is %q, want %q", test.err, test.en)
			}
		})
	}
}

// coded is an error that adds nothing but a code for the shell.
type coded struct{ error }

func (c coded) Unwrap() error { return c.error }

func TestAnErrorWithOneCauseUnwrapsToIt(t *testing.T) {
	if got := errors.Unwrap(phrase.Errorf("read %s: %w", "it", io.EOF)); got != io.EOF { //nolint:errorlint // what it unwraps to is the question
		t.Errorf("it unwraps to %v", got)
	}
}

func TestTheLanguageGoesWithTheContext(t *testing.T) {
	fr := french(t)
	if got := phrase.Of(phrase.Into(t.Context(), fr)); got != fr {
		t.Errorf("it is %s", got.Name())
	}
	if got := phrase.Of(t.Context()); got != nil {
		t.Errorf("without one it is %s", got.Name())
	}
}

func TestAnErrorWrapsAsOthersDo(t *testing.T) {
	err := phrase.Errorf("read %s: %w after %w", "it", io.EOF, io.ErrNoProgress)
	if !errors.Is(err, io.EOF) || !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("%v does not wrap what it names", err)
	}
	if errors.Is(phrase.Errorf("not wrapped: %v", io.EOF), io.EOF) {
		t.Error("an error that is only named is wrapped")
	}
	one, other := phrase.Errorf("same"), phrase.Errorf("same")
	if !errors.Is(phrase.Errorf("x: %w", one), one) || errors.Is(one, other) {
		t.Error("an error is not told from another with the same text")
	}
}

func TestTheEnvironmentChoosesALanguage(t *testing.T) {
	tests := []struct {
		env  map[string]string
		want string
	}{
		{nil, phrase.English},
		{map[string]string{"LANG": "fr_FR.UTF-8"}, phrase.French},
		{map[string]string{"LANG": "fr"}, phrase.French},
		{map[string]string{"LANG": "FR_CA"}, phrase.French},
		{map[string]string{"LANG": "fry_NL"}, phrase.English},
		{map[string]string{"LANG": "C.UTF-8"}, phrase.English},
		{map[string]string{"LANG": "fr_FR", "LC_ALL": "C"}, phrase.English},
		{map[string]string{"LANG": "en_US", "LC_MESSAGES": "fr_BE"}, phrase.French},
	}
	for _, test := range tests {
		if got := phrase.FromEnvironment(func(name string) string { return test.env[name] }); got != test.want {
			t.Errorf("%v: %q, want %q", test.env, got, test.want)
		}
	}
}

func TestWhatWasWrittenDownInEnglishIsHeardInTheLanguageOfItsReader(t *testing.T) {
	fr := french(t)
	for text, want := range map[string]string{
		"user_id is missing": "user_id manque",
		"the price of item 1 is -1000; it must be above 0":           "le prix de l’article 1 est -1000\u00a0; il doit être supérieur à 0",
		"not UTF-8: byte 0xFF at position 0":                         "pas de l’UTF-8\u00a0: octet 0xFF à la position 0",
		"the JSON is a list; it must be an object":                   "le JSON est une liste\u00a0; ce doit être un objet",
		"the name of item 2 has 10000 characters; 200 are allowed":   "le nom de l’article 2 a 10000 caractères\u00a0; 200 sont permis",
		"user_id contains the character %d, which is not allowed":    "user_id contient le caractère %d, qui n’est pas permis",
		"somebody else's reason at byte 3":                           "somebody else's reason at byte 3",
		"honestly, the price of item 1 is -1000; it must be above 0": "honestly, the price of item 1 is -1000; it must be above 0",
		"": "",
	} {
		if got := fr.Heard(text); got != want {
			t.Errorf("%q is heard as %q, want %q", text, got, want)
		}
	}
	var english *phrase.Language
	if got := english.Heard("user_id is missing"); got != "user_id is missing" {
		t.Errorf("in English it is heard as %q", got)
	}
	if long := strings.Repeat("the price of item ", 10_000); fr.Heard(long) != long {
		t.Error("a text that is longer than any sentence is looked up")
	}
}

// What the system says is said in the language, too, and what stands before it stays as it is.
func TestErrorsOfTheSystemAreSaidInFrench(t *testing.T) {
	l := french(t)
	_, missing := os.Open(filepath.Join(t.TempDir(), "nothing.md"))
	_, refused := net.Dial("tcp", "127.0.0.1:1")
	for _, test := range []struct {
		err        error
		ends, says string
	}{
		{missing, "aucun fichier ou dossier de ce nom", "nothing.md"},
		{refused, "connexion refusée", "127.0.0.1:1"},
		{phrase.Errorf("--handout: %w", context.DeadlineExceeded), "délai dépassé", "--handout"},
		{phrase.Errorf("--handout: %w", errors.New("something new")), "something new", "--handout"},
	} {
		if said := phrase.Say(l, test.err); !strings.HasSuffix(said, test.ends) || !strings.Contains(said, test.says) {
			t.Errorf("%v is said %q", test.err, said)
		}
		if said := phrase.Say(nil, test.err); said != test.err.Error() {
			t.Errorf("in English %v is said %q", test.err, said)
		}
	}
}
