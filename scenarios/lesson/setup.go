package lesson

import (
	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// setUp is checkpoint 0: everything runs, and a first payment goes through it.
func setUp() Checkpoint {
	return Checkpoint{
		Number: 0,
		Start:  Start{Partitions: 1, Orders: 1},
		Steps: []Step{
			{Name: "cluster", Check: func(e Evidence) Finding {
				up := 0
				for _, b := range e.Now.Brokers {
					if b.State == lab.BrokerUp {
						up++
					}
				}
				return finding(up > 0 && !e.Now.Reading.At.IsZero(), phrase.Count(int64(up), "%s broker answers", "%s brokers answer"))
			}},
			{Name: "services", Check: func(e Evidence) Finding {
				n := e.alive()
				for _, i := range []lab.Instance{e.Now.Email, e.Now.Analytics} {
					if living(i) {
						n++
					}
				}
				return finding(n == e.alive()+2 && n > 2, phrase.Count(int64(n), "payment, and %s consumer of the three others", "payment, and %s consumers of the three others"))
			}},
			{Name: "payment", Keys: []string{"f"}, Check: func(e Evidence) Finding {
				paid, mailed := e.written(kafka.PaymentSuccessful), e.written(kafka.EmailSent)
				return finding(paid > 0 && mailed > 0,
					phrase.New("%s → %s", payments(paid), phrase.Count(mailed, "%s e-mail", "%s e-mails")))
			}},
		},
	}
}

// console is checkpoint 1: topics are made, written and read by hand.
func console() Checkpoint {
	return Checkpoint{
		Number: 1,
		Start:  Start{Partitions: 1, Orders: 1, Bare: true, Idle: true},
		Steps: []Step{
			{Name: "topic", Check: func(e Evidence) Finding {
				t, ok := e.topic(kafka.PaymentSuccessful)
				return finding(ok, partitionsOf(t, ok))
			}},
			{Name: "others", Check: func(e Evidence) Finding {
				n := 0
				for _, name := range topics() {
					if _, ok := e.topic(name); ok {
						n++
					}
				}
				return finding(n == len(topics()), phrase.New("%d of %d topics", n, len(topics())))
			}},
			{Name: "produce", Check: func(e Evidence) Finding {
				t, ok := e.topic(kafka.PaymentSuccessful)
				return finding(ok && t.Total > 0, phrase.Count(t.Total, "%s message", "%s messages"))
			}},
			{Name: "consume", Expected: phrase.New("2 readers"), Check: func(e Evidence) Finding {
				n := len(e.Now.Guests)
				return finding(n >= 2, phrase.Count(int64(n), "%s reader outside the lab", "%s readers outside the lab"))
			}},
		},
		Questions: []Question{
			{Name: "stays", Before: "consume", Options: 3, Answer: func(e Evidence) (int, phrase.Phrase, bool) {
				t, ok := e.topic(kafka.PaymentSuccessful)
				if !ok || len(e.Now.Guests) < 2 {
					return 0, phrase.Phrase{}, false
				}
				// It was read, read again by somebody else, and the topic still has it.
				return 1, phrase.Count(t.Total, "%s message still in the topic", "%s messages still in the topic"), t.Total > 0
			}},
		},
	}
}

func partitionsOf(t lab.Topic, ok bool) phrase.Phrase {
	if !ok {
		return phrase.New("no topic yet")
	}
	return phrase.Count(int64(t.Partitions), "%s partition", "%s partitions")
}

// caughtUp is a step that a service has done once nothing waits for it any more.
func caughtUp(done bool, count phrase.Phrase) Finding {
	if done {
		count = phrase.New("%s, caught up", count)
	}
	return finding(done, count)
}

// chain is checkpoint 2: the services are started one by one, and each finds what happened before it came.
func chain() Checkpoint {
	const few = 3 // payments that wait for the first order service
	return Checkpoint{
		Number: 2,
		Start:  Start{Partitions: 1, Orders: 1, Idle: true},
		Steps: []Step{
			{Name: "pay", Check: func(e Evidence) Finding {
				waiting := e.Now.Lag.Total
				return finding(e.Now.Lag.Known && waiting >= few, phrase.New("%s, nobody reads", payments(waiting)))
			}},
			{Name: "order", Keys: []string{"r"}, Check: func(e Evidence) Finding {
				made := e.written(kafka.OrderCreated)
				return caughtUp(e.alive() > 0 && e.Now.Lag.Known && e.Now.Lag.Total == 0 && made > 0,
					phrase.Count(made, "%s order", "%s orders"))
			}},
			{Name: "email", Keys: []string{"tab", "r"}, Check: func(e Evidence) Finding {
				sent := e.written(kafka.EmailSent)
				return caughtUp(living(e.Now.Email) && sent > 0 && e.Now.Email.LagKnown && e.Now.Email.Lag == 0,
					phrase.Count(sent, "%s e-mail", "%s e-mails"))
			}},
			{Name: "analytics", Keys: []string{"tab", "r"}, Check: func(e Evidence) Finding {
				a := e.Now.Analytics
				return finding(living(a) && a.LagKnown && a.Lag == 0 && e.Now.Totals.Payments > 0,
					phrase.Count(e.Now.Totals.Payments, "%s payment counted", "%s payments counted"))
			}},
			{Name: "whole", Check: func(e Evidence) Finding {
				paid, made, sent := e.written(kafka.PaymentSuccessful), e.written(kafka.OrderCreated), e.written(kafka.EmailSent)
				return finding(paid > 0 && paid == made && made == sent && e.Now.Analytics.LagKnown && e.Now.Analytics.Lag == 0,
					phrase.New("%s → %s → %s", payments(paid), phrase.Count(made, "%s order", "%s orders"),
						phrase.Count(sent, "%s e-mail", "%s e-mails")))
			}},
		},
		Questions: []Question{
			{Name: "late", Before: "order", Options: 3, Answer: func(e Evidence) (int, phrase.Phrase, bool) {
				made := e.written(kafka.OrderCreated)
				if e.alive() == 0 || made < few || e.Now.Lag.Total > 0 {
					return 0, phrase.Phrase{}, false
				}
				return 2, phrase.Count(made, "%s payment from before it came", "%s payments from before it came"), true
			}},
		},
	}
}
