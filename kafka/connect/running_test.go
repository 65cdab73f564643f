package connect_test

import (
	"testing"

	"blackfriday/kafka"
	"blackfriday/kafka/connect"
	"blackfriday/kafka/kafkatest"
)

// TestARealClusterWhereTheLabWouldBeIsNotTheLabs: the brokers say whose they are, and not the address.
func TestARealClusterWhereTheLabWouldBeIsNotTheLabs(t *testing.T) {
	lab, err := kafka.Open(t.Context(), kafka.Config{Nodes: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(lab.Close)
	somebodys := kafkatest.Somebodys(t)
	for _, test := range []struct {
		broker, brokers string
		want            connect.Whose
	}{
		{lab.Brokers()[0], "", connect.Lab}, {somebodys, "", connect.Hidden},
		{lab.Brokers()[0], connect.LocalBroker, connect.Named}, {somebodys, connect.LocalBroker, connect.Named},
	} {
		flags := connect.New(func(string) string { return test.brokers }).DialWith(kafkatest.At(connect.LocalBroker, test.broker))
		var cfg kafka.Config
		local, err := flags.IntoRunning(&cfg)
		if err != nil {
			t.Fatal(err)
		}
		c, whose, err := connect.OpenRunning(t.Context(), cfg, local)
		if err != nil {
			t.Fatal(err)
		}
		c.Close()
		if whose != test.want {
			t.Errorf("brokers %q: %v, want %v", test.brokers, whose, test.want)
		}
	}
}
