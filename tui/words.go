package tui

import (
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// intent says in a few words what a command is about to do.
func intent(c lab.Command) phrase.Phrase {
	switch c := c.(type) {
	case lab.Flood:
		return phrase.Count(int64(c.Count), "flood of %s payment", "flood of %s payments")
	case lab.Poison:
		if len(c.Pills) == 1 {
			return phrase.New("poison pill %s", c.Pills[0])
		}
		return phrase.New("all poison pills")
	case lab.AddConsumer:
		return phrase.New("one more order consumer")
	case lab.Kill:
		return phrase.New("kill %s", whom(c.Name))
	case lab.Stop:
		return phrase.New("stop %s politely", whom(c.Name))
	case lab.Restart:
		if c.Name == "" {
			return phrase.New("restart the consumer that died last")
		}
		return phrase.New("restart %s", c.Name)
	case lab.KillBetween:
		return phrase.New("kill %s between effect and commit", whom(c.Name))
	case lab.StopBroker:
		return phrase.New("stop broker %d (simulated)", c.ID)
	case lab.StartBroker:
		return phrase.New("start broker %d", c.ID)
	case lab.Begin:
		return phrase.New("a new lab")
	}
	return setting(c)
}

// setting says in a few words how a command is about to set the lab.
func setting(c lab.Command) phrase.Phrase {
	switch c := c.(type) {
	case lab.SetDelay:
		return phrase.New("delay %d ms per payment", c.Delay.Milliseconds())
	case lab.SetProtocol:
		return phrase.New("protocol %s", c.Protocol)
	case lab.GrowPartitions:
		return phrase.Count(int64(c.Count), "grow to %s partition", "grow to %s partitions")
	case lab.RecreateTopics:
		return phrase.Count(int64(c.Partitions), "recreate the topics with %s partition", "recreate the topics with %s partitions")
	case lab.SetKey:
		return phrase.New("key %s for the next floods", string(c.Key))
	case lab.SetGuarantee:
		return phrase.New("guarantee %s", c.Guarantee)
	case lab.SetCommitInterval:
		return phrase.New("commit every %s", exactly(c.Every))
	case lab.SetPoison:
		return phrase.New("poison policy %s", string(c.Policy))
	}
	return phrase.New("command")
}

// outcome says that a command was carried out.
func outcome(c lab.Command) phrase.Phrase {
	switch c.(type) {
	case lab.Flood, lab.AddConsumer:
		return phrase.New("%s: started", intent(c))
	case lab.Poison:
		return phrase.New("%s: written", intent(c))
	}
	return phrase.New("%s: done", intent(c))
}

// whom is the consumer that a command names, or whom the lab chooses where it names none.
func whom(name string) phrase.Phrase {
	if name == "" {
		return phrase.New("the busiest consumer")
	}
	return phrase.New("%s", name)
}

// exactly is a time that somebody set: 250 ms, 5 s.
func exactly(d time.Duration) phrase.Phrase {
	if d < time.Second {
		return phrase.New("%s ms", phrase.Number(d.Milliseconds()))
	}
	return phrase.New("%s s", phrase.Decimal{Value: d.Seconds(), Digits: -1})
}
