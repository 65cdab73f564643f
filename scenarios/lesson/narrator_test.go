package lesson_test

import (
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"blackfriday/scenarios/lesson"
	"blackfriday/services/lab"
)

// picture is a lab that runs, changed as a story wants it.
func picture(change func(*lab.Snapshot)) *lab.Snapshot {
	at := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	s := &lab.Snapshot{At: at, Started: at.Add(-time.Minute), State: lab.Running, DLQ: lab.DLQ{Known: true}}
	s.Settings = lab.Settings{SessionTimeout: 6 * time.Second, Delay: 100 * time.Millisecond, Guarantee: "at-least-once", Poison: lab.PoisonDLQ}
	for id := range int32(2) {
		s.Partitions = append(s.Partitions, lab.Partition{ID: id, Known: true, Reader: int(id) + 1, OwnerInstance: int(id) + 1})
	}
	s.Orders = []lab.Instance{{Name: "order-1", Number: 1, Health: lab.Active}, {Name: "order-2", Number: 2, Health: lab.Active}}
	if change != nil {
		change(s)
	}
	return s
}

// crash is the rebalance of a crash, open or over.
func crash(s *lab.Snapshot, open bool, moved ...lab.Move) {
	s.Rebalances = append(s.Rebalances, lab.Rebalance{ID: 4, Cause: lab.CauseCrash, Member: "order-2", Open: open, Moved: moved})
	s.Partitions[1].Orphan, s.Partitions[1].Owner = true, "order-2"
}

func TestTheNarratorTellsWhatWasMeasured(t *testing.T) {
	measured := lab.Move{Partition: 1, From: 2, To: 1, Unread: 5600 * time.Millisecond, Measured: true, Redelivered: 3}
	tests := []struct {
		name        string
		before, now func(*lab.Snapshot)
		en, fr      string
	}{
		{"nothing", nil, nil, "", ""},
		{"crash", nil, func(s *lab.Snapshot) { crash(s, true) },
			"order-2 crashed and nobody reads partition 1. Kafka waits up to 6.0 s for its heartbeat.",
			"order-2 s’est arrêté net et personne ne lit la partition 1. Kafka attend son heartbeat jusqu’à 6,0\u00a0s."},
		{"taken over", func(s *lab.Snapshot) { crash(s, true) }, func(s *lab.Snapshot) { crash(s, false, measured) },
			"order-2 crashed. For 5.6 s nobody read partition 1; order-1 has it now. 3 messages were begun a second time.",
			"order-2 s’est arrêté net. Pendant 5,6\u00a0s, personne n’a lu la partition 1\u00a0; order-1 l’a maintenant. 3 messages ont été commencés une deuxième fois."},
		{"measured later", func(s *lab.Snapshot) { crash(s, false, lab.Move{Partition: 1, To: 1}) },
			func(s *lab.Snapshot) {
				crash(s, false, lab.Move{Partition: 1, To: 1, Measured: true, Unread: time.Second})
			},
			"order-2 crashed. For 1.0 s nobody read partition 1; order-1 has it now.",
			"order-2 s’est arrêté net. Pendant 1,0\u00a0s, personne n’a lu la partition 1\u00a0; order-1 l’a maintenant."},
		{"told once", func(s *lab.Snapshot) { crash(s, false, measured) }, func(s *lab.Snapshot) { crash(s, false, measured) }, "", ""},
		{"several moved", nil, func(s *lab.Snapshot) {
			s.Rebalances = []lab.Rebalance{{ID: 1, Cause: lab.CauseLeave, Member: "a\x1b[31m", Moved: []lab.Move{measured, {Partition: 0, To: 1}}}}
		}, `a\x1b[31m left. 2 partitions moved; for at most 5.6 s nobody read one. 3 messages were begun a second time.`,
			`a\x1b[31m a quitté le groupe. 2 partitions ont changé de mains` + "\u00a0; aucune n’est restée plus de 5,6\u00a0s sans lecteur. 3 messages ont été commencés une deuxième fois."},
		{"flood", nil, func(s *lab.Snapshot) { s.Flood = lab.FloodProgress{ID: 1, Running: true, Wanted: 1000} },
			"A flood of 1,000 payments has begun.", "Une vague de 1\u00a0000 paiements a commencé."},
		{"acknowledged", nil, func(s *lab.Snapshot) { s.Flood = lab.FloodProgress{ID: 1, Acked: 1000, Took: 12 * time.Millisecond} },
			"1,000 payments acknowledged in 12 ms. 2 consumers work on them.", "1\u00a0000 paiements, acquittement en 12\u00a0ms. 2 consumers les traitent."},
		{"drained", func(s *lab.Snapshot) { s.Runs = []lab.Run{{Flood: 1}} },
			func(s *lab.Snapshot) {
				s.Runs = []lab.Run{{Flood: 1, Payments: 1000, Drained: true, Took: 33400 * time.Millisecond,
					Curve: []lab.CurvePoint{{At: s.At, Lag: 990}, {At: s.At.Add(33 * time.Second)}}}}
			},
			"The flood is worked off: 1,000 payments in 33.4 s, 30.0 msg/s.", "La vague est traitée\u00a0: 1\u00a0000 paiements en 33,4\u00a0s, 30,0 msg/s."},
		{"pill", nil, func(s *lab.Snapshot) {
			s.DLQ.Total, s.DLQ.Newest = 1, lab.Rejection{At: s.At, Code: "price-not-positive", Partition: 1, Offset: 215}
		}, "1 poison pill is in the dead letter queue, the newest for price-not-positive (P1@215). What stood behind goes on.",
			"1 message empoisonné est dans la DLQ, le dernier pour price-not-positive (P1@215). Ce qui était derrière continue."},
		{"bench", func(s *lab.Snapshot) { s.Orders = append(s.Orders, lab.Instance{Name: "order-3", Health: lab.Joining}) },
			func(s *lab.Snapshot) { s.Orders = append(s.Orders, lab.Instance{Name: "order-3", Health: lab.Standby}) },
			"order-3 is a member and waits: all 2 partitions have a reader.", "order-3 est membre et attend\u00a0: les 2 partitions ont un lecteur."},
		{"loop", nil, func(s *lab.Snapshot) {
			s.Orders[0].Crashes, s.Orders[0].Blocked, s.Partitions[0].Lag = 3, &lab.Blocked{Offset: 7}, 120
		}, "order-1 crashed 3 times on the same payment, P0@7. 119 payments wait behind it.",
			"order-1 est tombé 3 fois sur le même paiement, P0@7. 119 paiements attendent derrière."},
		{"broker", nil, func(s *lab.Snapshot) {
			s.Losses = []lab.Loss{{Broker: 1, Moved: []lab.LeaderMove{{Within: 255 * time.Millisecond}, {Within: 9 * time.Millisecond}}}}
		}, "Broker 1 is gone. 2 partitions have other leaders, at most 255 ms later.",
			"Le broker 1 n’est plus là. 2 partitions ont un autre leader, au plus tard après 255\u00a0ms."},
		{"guarantee", nil, func(s *lab.Snapshot) { s.Settings.Guarantee = "exactly-once" },
			"The consumers promise exactly-once from now on.", "Les consumers promettent désormais exactly-once."},
		{"policy", nil, func(s *lab.Snapshot) { s.Settings.Poison = lab.PoisonCrash },
			"What cannot be worked on crashes its consumer from now on.", "Ce qui ne peut pas être traité fait désormais tomber son consumer."},
		{"grown", nil, func(s *lab.Snapshot) { s.Partitions = append(s.Partitions, lab.Partition{ID: 2}) },
			"payment-successful has 3 partitions now.", "payment-successful a maintenant 3 partitions."},
		{"another lab", nil, func(s *lab.Snapshot) { s.Started = s.At; crash(s, true) }, "", ""},
		{"outage", nil, func(s *lab.Snapshot) { s.Reading.Lost = true },
			"No broker answers. Who reads what, nobody knows.", "Aucun broker ne répond. Qui lit quoi, personne ne le sait."},
	}
	all := languages(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			told := lesson.Narrate(picture(test.before), picture(test.now))
			var en, fr []string
			for _, p := range told {
				en, fr = append(en, p.In(all[0])), append(fr, p.In(all[1]))
			}
			if got := strings.Join(en, " | "); got != test.en {
				t.Errorf("English:\n%s\nwant\n%s", got, test.en)
			}
			if got := strings.Join(fr, " | "); got != test.fr {
				t.Errorf("French:\n%s\nwant\n%s", got, test.fr)
			}
		})
	}
}

func TestTheFlagChoosesACheckpointAlone(t *testing.T) {
	tests := []struct {
		args, want string // an empty want: it is taken
		cfg        lab.Config
	}{
		{"--checkpoint 4", "", lab.Config{}},
		{"", "", lab.Config{}},
		{"--checkpoint 7", "checkpoint 7: there are 0 to 6", lab.Config{}},
		{"--checkpoint four", `--checkpoint "four": there are 0 to 6`, lab.Config{}},
		{"--checkpoint 4 --orders 3", "--orders", lab.Config{}},
		{"--checkpoint 4", "--observe", lab.Config{Observe: true}},
	}
	for _, test := range tests {
		var f lesson.Flag
		set := pflag.NewFlagSet("test", pflag.ContinueOnError)
		f.Register(set)
		set.Int("orders", 3, "")
		if err := set.Parse(strings.Fields(test.args)); err != nil {
			t.Fatal(err)
		}
		cfg := test.cfg
		chosen, err := f.Into(set, &cfg)
		switch {
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
			t.Errorf("%s: %v, want an error with %q", test.args, err, test.want)
		case test.want == "" && err != nil:
			t.Errorf("%s: %v", test.args, err)
		case test.want == "" && (chosen != nil) != (test.args != ""):
			t.Errorf("%s: chose %v", test.args, chosen)
		case chosen != nil && (cfg.Partitions != 1 || cfg.Orders != 1 || cfg.Seed != lesson.Seed):
			t.Errorf("%s: %+v", test.args, cfg)
		}
	}
}
