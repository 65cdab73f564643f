package connect

import (
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"blackfriday/kafka"
)

func parseEmbedded(t *testing.T, env map[string]string, args ...string) (kafka.Config, error) {
	t.Helper()
	e := NewEmbedded(func(name string) string { return env[name] })
	set := pflag.NewFlagSet("test", pflag.ContinueOnError)
	e.Register(set)
	if err := set.Parse(args); err != nil {
		t.Fatal(err)
	}
	var cfg kafka.Config
	err := e.Into(set, &cfg)
	return cfg, err
}

func TestAClassroomTakesAnAddressOfThisMachine(t *testing.T) {
	for listen, want := range map[string]struct {
		host string
		port int
	}{
		"127.0.0.2": {"127.0.0.2", FirstPort}, "127.0.0.1:9200": {"127.0.0.1", 9200}, "localhost:0": {"localhost", 0},
	} {
		cfg, err := parseEmbedded(t, nil, "--listen", listen)
		if err != nil || cfg.Classroom == nil || cfg.Classroom.Host != want.host || cfg.Port != want.port || len(cfg.Classroom.Code.Reveal()) < 6 {
			t.Errorf("%s: %+v %v, want %+v and a code", listen, cfg, err, want)
		}
	}
	for _, listen := range []string{"0.0.0.0", "[::]:9094", "192.0.2.7", "127.0.0.1:x", "127.0.0.1:70000", ":9094", "a:b:c", "no.such.name.invalid"} {
		if cfg, err := parseEmbedded(t, nil, "--listen", listen); err == nil || !strings.Contains(err.Error(), "--listen") {
			t.Errorf("%s: %+v %v", listen, cfg.Classroom, err)
		}
	}
	if _, err := parseEmbedded(t, nil, "--listen", "127.0.0.1:9200", "--kafka-port", "9300"); err == nil {
		t.Error("two ports were taken")
	}
	if cfg, err := parseEmbedded(t, nil); err != nil || cfg.Classroom != nil || cfg.Port != FirstPort {
		t.Errorf("without flags: %+v %v", cfg, err)
	}
	env := map[string]string{CodeVariable: " secret77 ", TeacherVariable: "open"}
	cfg, err := parseEmbedded(t, env, "--listen", "127.0.0.1")
	if err != nil || cfg.Classroom.Code.Reveal() != "secret77" || cfg.Classroom.Teacher.Reveal() != "open" {
		t.Errorf("the secrets of the environment: %+v %v", cfg.Classroom, err)
	}
}

func TestAStudentMayLeaveThePortOut(t *testing.T) {
	for text, want := range map[string]string{
		"192.168.1.20": "192.168.1.20:9094", "teacher:9200": "teacher:9200", "::1": "[::1]:9094", "[::1]:9": "[::1]:9",
		"": "", "a:b": "", "a b:c:d": "", ":9094": "",
	} {
		if got, err := Address(text); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q %v, want %q", text, got, err, want)
		}
	}
}
