package e2e

import (
	"net"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// spokenAtTheCommandLine are the files of what the command line says whose sentences exist in every language.
func spokenAtTheCommandLine() []string {
	return []string{
		"main.go", "kafka/*.go", "kafka/broker/*.go", "kafka/cleanup/*.go", "kafka/connect/*.go", "kafka/console/*.go", "kafka/datadir/*.go",
		"kafka/guard/*.go", "kafka/phrase/command/*.go", "services/metrics/*.go", "services/rush/*.go", "services/serve/*.go",
		"services/standalone/*.go",
	}
}

// inFrench runs the program for a user whose language is French.
func inFrench(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	return run(t, 20*time.Second, "", "env", append([]string{"LC_ALL=fr_FR.UTF-8", program(t)}, args...)...)
}

// helpLines are the lines of a command's help that are sentences: what fang says of its commands, its flags and itself. below
// are the names of its commands.
func helpLines(help string) (sentences map[string]string, below []string) {
	sentences = map[string]string{}
	entry := regexp.MustCompile(`^ {4}(\S.*?) {2,}(\S.*)$`)
	section, title := "ABOUT", regexp.MustCompile(`^ {2}([A-Z]+)\s*$`)
	for line := range strings.SplitSeq(help, "\n") {
		if heading := title.FindStringSubmatch(line); heading != nil {
			section = heading[1]
			continue
		}
		switch match := entry.FindStringSubmatch(line); {
		case section == "ABOUT":
			sentences["about"] += strings.TrimSpace(line) + "\n"
		case match == nil:
		case strings.HasPrefix(section, "COMMAND"):
			below = append(below, strings.Fields(match[1])[0])
			fallthrough
		case section == "FLAGS" || section == "OPTIONS":
			sentences[match[1]] = match[2]
		}
	}
	return sentences, below
}

// Every sentence of the help of every command differs between the languages.
func TestHelpIsSaidInFrench(t *testing.T) {
	commands := [][]string{nil}
	for n := 0; n < len(commands); n++ {
		args := append(slices.Clone(commands[n]), "--help")
		plain, _, _ := run(t, 20*time.Second, "", program(t), args...)
		said, _, code := inFrench(t, args...)
		if code != 0 {
			t.Errorf("%q ended with %d", args, code)
		}
		english, below := helpLines(plain)
		french, also := helpLines(said)
		if len(english) < 3 || len(english) != len(french) || !slices.Equal(below, also) {
			t.Errorf("%q: %d sentences in English and %d in French; commands %q and %q", args, len(english), len(french), below, also)
		}
		for name, sentence := range english {
			if sentence == "" || sentence == "\n" {
				t.Errorf("%q says nothing of %s", args, name)
			} else if french[name] == sentence {
				t.Errorf("%q: no French for %q", args, sentence)
			}
		}
		for line := range strings.SplitSeq(english["about"], "\n") {
			if line != "" && strings.Contains(line, " ") && !strings.Contains(line, "blackfriday") && strings.Contains(french["about"], line+"\n") {
				t.Errorf("%q: no French for %q", args, line)
			}
		}
		for _, name := range below {
			if name != "help" {
				commands = append(commands, append(slices.Clone(commands[n]), name))
			}
		}
	}
	if len(commands) < 25 {
		t.Errorf("found the help of %d commands only: %q", len(commands), commands)
	}
}

// nobodyListens is an address that was free a moment ago.
func nobodyListens(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestMistakesAreToldInFrench(t *testing.T) {
	silent := nobodyListens(t)
	tests := []struct {
		args []string
		says string
	}{
		{[]string{"--nonsense"}, "blackfriday: option inconnue\u00a0: --nonsense\n"},
		{[]string{"nonsense"}, "blackfriday: commande inconnue \"nonsense\" pour \"blackfriday\"\n"},
		{[]string{"topics", "create", "t", "--partitions", "x"}, "blackfriday: --partitions \"x\"\u00a0: il faut un nombre entier\n"},
		{[]string{"topics", "list", "--brokers", "nowhere"}, "blackfriday: --brokers \"nowhere\"\u00a0: \"nowhere\" n’est pas une adresse\u00a0; il faut host:port[,host:port]\n"},
		{[]string{"topics", "list", "--brokers", silent}, "blackfriday: pas d’accès à Kafka à l’adresse " + silent +
			"\u00a0: rien n’écoute là\u00a0: le port est-il le bon, et le broker tourne-t-il\u00a0?\n"},
	}
	for _, test := range tests {
		_, said, code := inFrench(t, test.args...)
		if said != test.says {
			t.Errorf("%q says %q, want %q", test.args, said, test.says)
		}
		if _, english, want := run(t, 20*time.Second, "", program(t), test.args...); code != want || code == 0 || english == said {
			t.Errorf("%q ends with %d, in English with %d and %q", test.args, code, want, english)
		}
		if _, again, _ := run(t, 20*time.Second, "", program(t), append(test.args, "--lang", "fr")...); again != said {
			t.Errorf("%q --lang fr says %q, want %q", test.args, again, said)
		}
	}
	if _, said, code := run(t, 20*time.Second, "", program(t), "topics", "list", "--lang", "de"); code != 2 || !strings.Contains(said, "there are en and fr") {
		t.Errorf("--lang de ends with %d: %q", code, said)
	}
}

func TestNoLabIsToldInFrench(t *testing.T) {
	if conn, err := net.Dial("tcp", "localhost:9094"); err == nil {
		conn.Close()
		t.Skip("something listens where the lab would be")
	}
	_, said, code := inFrench(t, "topics", "list")
	if code != 4 || !strings.HasPrefix(said, "blackfriday: aucun lab ne tourne sur cette machine\u00a0: ") {
		t.Errorf("it ends with %d: %q", code, said)
	}
}
