package connect

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
)

func parse(t *testing.T, env map[string]string, args ...string) (kafka.Config, error) {
	t.Helper()
	return parseWith(t, New(func(name string) string { return env[name] }), args...)
}

func parseWith(t *testing.T, f *Flags, args ...string) (kafka.Config, error) {
	t.Helper()
	set := pflag.NewFlagSet("test", pflag.ContinueOnError)
	f.Register(set)
	if err := set.Parse(args); err != nil {
		t.Fatal(err)
	}
	var cfg kafka.Config
	err := f.Into(&cfg)
	return cfg, err
}

func TestBrokersComeFromTheFlagAndElseFromTheEnvironment(t *testing.T) {
	env := map[string]string{BrokersVariable: "c:9093"}
	for _, c := range []struct {
		args []string
		env  map[string]string
		want []string
	}{
		{nil, nil, nil},
		{[]string{"--brokers", "a:9092, [::1]:9093"}, env, []string{"a:9092", "[::1]:9093"}},
		{nil, env, []string{"c:9093"}},
	} {
		if cfg, err := parse(t, c.env, c.args...); err != nil || !slices.Equal(cfg.Brokers, c.want) {
			t.Errorf("%v: %v %v, want %v", c.args, cfg.Brokers, err, c.want)
		}
	}
}

func TestABadAddressIsNamed(t *testing.T) {
	for _, list := range []string{"a", "a:", ":9092", "a:0", "a:70000", "a:9092,", "http://a:9092"} {
		if _, err := parse(t, nil, "--brokers", list); err == nil || !strings.Contains(err.Error(), "--brokers") {
			t.Errorf("%q: %v", list, err)
		}
		if _, err := parse(t, map[string]string{BrokersVariable: list}); err == nil || !strings.Contains(err.Error(), BrokersVariable) {
			t.Errorf("%q: %v", list, err)
		}
	}
}

// write makes a file of a text.
func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestThePasswordComesFromTheFileTheEnvironmentOrTheUser(t *testing.T) {
	env := map[string]string{PasswordVariable: "of the environment", UserVariable: "teacher"}
	login := []string{"--brokers", "a:1", "--sasl", "scram-sha-512"}
	asked := ""
	asking := New(func(name string) string { return map[string]string{UserVariable: "pupil"}[name] }).AskWith(func(prompt phrase.Phrase) (string, error) {
		asked = prompt.String()
		return "of the user", nil
	})
	file, err := parse(t, env, append(login, "--password-file", write(t, "of the file\r\n"))...)
	if got := file.Security; err != nil || got.Password.Reveal() != "of the file" || got.User != "teacher" || got.Mechanism != kafka.ScramSHA512 {
		t.Errorf("%v with %q, %v", got, got.Password.Reveal(), err)
	}
	cfg, err := parse(t, env, append(login, "--user", "other")...)
	if got := cfg.Security; err != nil || got.Password.Reveal() != "of the environment" || got.User != "other" {
		t.Errorf("%v with %q, %v", got, got.Password.Reveal(), err)
	}
	cfg, err = parseWith(t, asking, login...)
	if got := cfg.Security; err != nil || got.Password.Reveal() != "of the user" || !strings.Contains(asked, "pupil") {
		t.Errorf("%v with %q after %q, %v", got, got.Password.Reveal(), asked, err)
	}
}

func TestMistakesAreNamedWithTheirFlag(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--tls"}, "--brokers"},
		{[]string{"--sasl", "plain"}, "--brokers"},
		{[]string{"--brokers", "a:1", "--sasl", "kerberos"}, "scram-sha-256"},
		{[]string{"--brokers", "a:1", "--sasl", "plain"}, "--user"},
		{[]string{"--brokers", "a:1", "--user", "me"}, "--sasl"},
		{[]string{"--brokers", "a:1", "--password-file", "x"}, "--sasl"},
		{[]string{"--brokers", "a:1", "--sasl", "plain", "--user", "me"}, PasswordVariable},
		{[]string{"--brokers", "a:1", "--sasl", "plain", "--user", "me", "--password-file", missing}, "--password-file"},
		{[]string{"--brokers", "a:1", "--sasl", "plain", "--user", "me", "--password-file", write(t, "\n")}, "empty"},
		{[]string{"--brokers", "a:1", "--sasl", "plain", "--user", "me", "--password-file", write(t, strings.Repeat("x", mostBytes+1))}, "larger"},
		{[]string{"--brokers", "a:1", "--tls-ca", missing}, "--tls-ca"},
		{[]string{"--brokers", "a:1", "--tls-ca", write(t, "no certificate")}, "no certificate in it"},
		{[]string{"--brokers", "a:1", "--tls-cert", "x"}, "--tls-key"},
		{[]string{"--brokers", "a:1", "--tls-cert", missing, "--tls-key", missing}, "--tls-cert"},
	} {
		if _, err := parse(t, nil, c.args...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want %q", c.args, err, c.want)
		}
	}
	if cfg, err := parse(t, nil, "--brokers", "a:1", "--tls"); err != nil || cfg.Security.TLS == nil {
		t.Errorf("%v, %v", cfg.Security, err)
	}
}
