package standalone

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"blackfriday/kafka"
	"blackfriday/kafka/connect"
	"blackfriday/kafka/kafkatest"
	"blackfriday/services/role"
)

// TestAServiceAsksBeforeItWritesToSomebodysCluster, whether topics are there or not: joining makes a group.
func TestAServiceAsksBeforeItWritesToSomebodysCluster(t *testing.T) {
	c := open(t, true)
	none := func(string) string { return "" }
	for _, service := range Services() {
		cmd := Command(connect.New(none), none)
		cmd.SilenceUsage, cmd.SilenceErrors = true, true
		cmd.SetOut(&bytes.Buffer{})
		cmd.SetArgs([]string{service, "--port", "0", "--brokers", strings.Join(c.Brokers(), ",")})
		ctx, stop := context.WithTimeout(t.Context(), time.Minute) // one that does not ask runs on
		err := cmd.ExecuteContext(ctx)
		stop()
		if !errors.Is(err, kafka.ErrUnconfirmed) || !strings.Contains(err.Error(), "--yes") {
			t.Errorf("%s: %v", service, err)
		}
	}
	for _, duty := range []role.Role{role.Order(), role.Email(), role.Analytics()} {
		if g, err := c.Group(t.Context(), duty.Group); err != nil || g.State != "" {
			t.Errorf("%s is there: %+v, %v", duty.Group, g, err)
		}
	}
}

// TestCleanUpTakesTheGroupOfAService away, which is what it made.
func TestCleanUpTakesTheGroupOfAService(t *testing.T) {
	c := open(t, true)
	s := start(t, config(c, Order))
	s.says(t, "has joined order-service-group")
	s.stop()
	if err := <-s.ended; err != nil {
		t.Fatal(err)
	}
	lab, err := kafka.Open(t.Context(), config(c, Order).Kafka)
	if err != nil {
		t.Fatal(err)
	}
	defer lab.Close()
	plan, err := lab.Belongings(t.Context())
	if err == nil {
		err = lab.CleanUp(t.Context(), plan)
	}
	if err != nil || len(plan.Groups) != 1 || len(plan.Topics) != 0 {
		t.Errorf("%+v, %v", plan, err)
	}
	if g, err := c.Group(t.Context(), kafka.OrderGroup); err != nil || g.State != "" {
		t.Errorf("the group is still there: %+v, %v", g, err)
	}
}

// TestAGuestOfALabIsNotAsked: the lab on this machine asked before.
func TestAGuestOfALabIsNotAsked(t *testing.T) {
	cfg := config(open(t, true), Order)
	cfg.Kafka.Confirm, cfg.Guest = nil, true
	start(t, cfg).says(t, "has joined order-service-group")
}

// TestARealClusterAtTheDefaultAddressIsSomebodys: it is asked about, and the group is remembered.
func TestARealClusterAtTheDefaultAddressIsSomebodys(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	somebodys := kafkatest.Somebodys(t)
	c, err := kafka.Open(t.Context(), kafka.Config{Brokers: []string{somebodys}, Confirm: kafkatest.Agree})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	furnish(t, c)
	asked := make(chan kafka.Plan, 1)
	cfg := config(c, Order)
	cfg.Guest, cfg.Kafka.Brokers, cfg.Kafka.Dial = true, []string{connect.LocalBroker}, kafkatest.At(connect.LocalBroker, somebodys)
	cfg.Kafka.Confirm = func(_ context.Context, p kafka.Plan) error { asked <- p; return nil }
	start(t, cfg).says(t, "has joined order-service-group")
	if p := <-asked; !strings.Contains(p.String(), connect.LocalBroker) {
		t.Error(p)
	}
	if plan, err := c.Belongings(t.Context()); err != nil || len(plan.Groups) != 1 {
		t.Errorf("%+v, %v", plan, err)
	}
}

// TestNobodyAtANamedAddressIsNotALabThatDoesNotRun, whatever the address.
func TestNobodyAtANamedAddressIsNotALabThatDoesNotRun(t *testing.T) {
	refused := func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("connection refused") }
	none := func(string) string { return "" }
	for _, named := range []bool{true, false} {
		cmd := Command(connect.New(none).DialWith(refused), none)
		cmd.SilenceUsage, cmd.SilenceErrors = true, true
		cmd.SetOut(io.Discard)
		args := []string{Order, "--port", "0"}
		if named {
			args = append(args, "--brokers", connect.LocalBroker)
		}
		cmd.SetArgs(args)
		err := cmd.ExecuteContext(t.Context())
		if err == nil || strings.Contains(err.Error(), "no lab runs on this machine") == named || !strings.Contains(err.Error(), connect.LocalBroker) {
			t.Errorf("named %v: %v", named, err)
		}
	}
}
