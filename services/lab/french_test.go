package lab

import (
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/services/event"
)

// What has happened is said in the language of whoever reads it, and written into the log in English.
func TestTheFeedSpeaksFrench(t *testing.T) {
	french, err := phrase.Load(phrase.French)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	f := feed{log: slog.New(slog.NewTextHandler(&log, nil))}
	f.add(Good, "order-2", 2, "%s now reads %s.", "order-2", partitionsText([]int32{2, 0}))
	f.add(Bad, "order-2", 2, "%s cannot go on and tries again: %v", "order-2", phrase.Errorf("write to %s: %w", "orders", io.EOF))
	_, refused := event.ParsePayment([]byte(`{"user_id":1,"cart":[{"name":"TV","price":-1000}]}`))
	f.add(Warn, "order-2", 2, "DLQ +%d, newest from %s P%d@%d: %s", 1, "payment-successful", 1, 215, refused)
	f.tell(Good, "flood", 0, phrase.Count(1200, "%s payment acknowledged in %s, %s/s: %s", "%s payments acknowledged in %s, %s/s: %s",
		phrase.Seconds(1500*time.Millisecond), phrase.Decimal{Value: 800}, "P1@0–1199 (1200)"))
	want := []string{
		"order-2 lit maintenant les partitions 0 et 2.",
		"order-2 ne peut pas continuer et réessaie\u00a0: écrire dans orders\u00a0: EOF",
		"DLQ +1, le dernier vient de payment-successful P1@215\u00a0: le prix de l’article 1 est -1000\u00a0; il doit être supérieur à 0",
		"1\u00a0200 paiements acquittés en 1,5\u00a0s, 800/s\u00a0: P1@0–1199 (1200)",
	}
	for i, e := range f.newest() {
		if got := e.Text.In(french); got != want[i] {
			t.Errorf("%q, want %q", got, want[i])
		}
		if !strings.Contains(log.String(), e.Text.String()) {
			t.Errorf("the log does not say %q: %s", e.Text, log.String())
		}
	}
}

// A refusal names the thing and the cure in French, too, also where its parts are words of their own.
func TestARefusalIsSaidInFrench(t *testing.T) {
	french, err := phrase.Load(phrase.French)
	if err != nil {
		t.Fatal(err)
	}
	s := newState(New(Config{Partitions: 3, Orders: 3}))
	for n := range 3 {
		s.instances = append(s.instances, s.newConsumer(n+1))
		s.instances[n].become(Left)
	}
	_, none := s.find("", (*instance).alive)
	_, stopped := s.find("order-2", (*instance).alive)
	for _, test := range []struct {
		err    error
		en, fr string
	}{
		{none, "no order consumer fits: 3 stopped", "aucun consumer de commandes ne convient\u00a0: 3 à l’arrêt"},
		{stopped, "order-2 is stopped", "order-2 est à l’arrêt"},
		{s.flood(2_000_000), "a flood of 2,000,000 payments: between 1 and 1,000,000", "une vague de 2\u00a0000\u00a0000 paiements\u00a0: entre 1 et 1\u00a0000\u00a0000"},
		{errAdopting, "somebody deleted topics and created them anew: the services start again on them: the topics are being recreated: try again in a second",
			"quelqu’un a supprimé des topics et les a recréés\u00a0: les services y redémarrent\u00a0: les topics sont en cours de recréation\u00a0: réessayez dans une seconde"},
	} {
		if got := phrase.Say(nil, test.err); got != test.en || test.err.Error() != test.en {
			t.Errorf("%q, want %q", got, test.en)
		}
		if got := phrase.Say(french, test.err); got != test.fr {
			t.Errorf("%q, want %q", got, test.fr)
		}
	}
}
