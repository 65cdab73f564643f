package kafka

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestNothingPrintsAPassword(t *testing.T) {
	cfg := Config{Security: Security{Mechanism: ScramSHA256, User: "teacher", Password: NewSecret("sesame")}}
	var log bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
		slog.New(h).Info("open", "config", cfg.Security, "password", cfg.Security.Password, "pointer", &cfg.Security)
	}
	asJSON, err := json.Marshal(struct{ S Secret }{cfg.Security.Password})
	if err != nil {
		t.Fatal(err)
	}
	hidden := struct{ config Config }{cfg} // fmt calls no method of what is not exported
	printed := log.String() + string(asJSON) + fmt.Sprintf("%v %+v %#v %s %+v %#v %q %x", cfg, cfg, cfg, cfg.Security, hidden, hidden,
		cfg.Security.Password, cfg.Security.Password)
	if strings.Contains(printed, "sesame") || strings.Contains(printed, fmt.Sprintf("%x", "sesame")) {
		t.Errorf("the password is in %s", printed)
	}
	if !strings.Contains(log.String(), "SCRAM-SHA-256 as teacher") {
		t.Errorf("the log says %s", log.String())
	}
	if cfg.Security.Password.Reveal() != "sesame" || (Secret{}).Reveal() != "" {
		t.Error("the password is lost")
	}
}

func TestParseMechanism(t *testing.T) {
	for _, m := range Mechanisms() {
		if got, err := ParseMechanism(strings.ToLower(string(m))); got != m || err != nil {
			t.Errorf("%s: %s, %v", m, got, err)
		}
	}
	if _, err := ParseMechanism("kerberos"); err == nil || !strings.Contains(err.Error(), "scram-sha-512") {
		t.Errorf("%v does not list the mechanisms", err)
	}
}
