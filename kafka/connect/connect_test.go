package connect

import (
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"blackfriday/kafka"
)

func parse(t *testing.T, env map[string]string, args ...string) (kafka.Config, error) {
	t.Helper()
	f := New(func(name string) string { return env[name] })
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
