package typed

import "blackfriday/services/lab"

// OfStep is what a step of the course is about, by its name; false for one that is watched only. A name means the same in every
// checkpoint that has it.
func OfStep(step string) (Question, bool) {
	q, ok := map[string]Question{
		"cluster": {Page: Brokers}, "services": {Page: Consumers}, "payment": {Command: lab.Flood{Count: 1}},
		"topic": {Page: Topics}, "others": {Page: Topics}, "produce": {Page: Write}, "consume": {Page: Messages},
		"pay": {Command: lab.Flood{Count: 3}}, "order": {Command: lab.Restart{Name: "order-1"}}, "email": {Command: lab.Restart{Name: "email"}},
		"analytics": {Command: lab.Restart{Name: "analytics"}}, "whole": {Command: lab.Flood{Count: 1}},
		"flood": {Command: lab.Flood{Count: 1000}}, "second": {Command: lab.AddConsumer{}}, "grow": {Command: lab.GrowPartitions{Count: 3}},
		"alone": {Command: lab.Flood{Count: 1000}}, "emptied": {Command: lab.SetDelay{Delay: 0}}, "three": {Command: lab.AddConsumer{}}, "five": {Command: lab.AddConsumer{}},
		"kill": {Command: lab.Kill{}}, "again": {Command: lab.Restart{Name: "order-1"}},
		"pill": {Command: lab.Poison{Pills: []string{"no-user"}}}, "blocked": {Command: lab.Flood{Count: 1000}},
		"policy": {Command: lab.SetPoison{Policy: lab.PoisonDLQ}}, "all": {Command: lab.Poison{}}, "alive": {Page: Letters},
		"broker": {Command: lab.StopBroker{ID: 1}}, "back": {Command: lab.StartBroker{ID: 1}},
		"once": {Command: lab.SetGuarantee{Guarantee: "exactly-once"}}, "proof": {Command: lab.Kill{}},
	}[step]
	return q, ok
}
