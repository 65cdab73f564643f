package tui

import (
	"fmt"

	"blackfriday/services/lab"
)

// intent says in a few words what a command is about to do.
func intent(c lab.Command) string {
	switch c := c.(type) {
	case lab.Flood:
		return "flood of " + count(int64(c.Count), "payment")
	case lab.Poison:
		if len(c.Pills) == 1 {
			return "poison pill " + c.Pills[0]
		}
		return "all poison pills"
	case lab.AddConsumer:
		return "one more order consumer"
	case lab.Kill:
		return "kill " + whom(c.Name, "the busiest consumer")
	case lab.Stop:
		return "stop " + whom(c.Name, "the busiest consumer") + " politely"
	case lab.Restart:
		return "restart " + whom(c.Name, "the consumer that died last")
	case lab.SetDelay:
		return fmt.Sprintf("delay %d ms per payment", c.Delay.Milliseconds())
	case lab.SetProtocol:
		return "protocol " + c.Protocol
	case lab.GrowPartitions:
		return "grow to " + count(int64(c.Count), "partition")
	case lab.RecreateTopics:
		return "recreate the topics with " + count(int64(c.Partitions), "partition")
	case lab.StopBroker:
		return fmt.Sprintf("stop broker %d (simulated)", c.ID)
	case lab.StartBroker:
		return fmt.Sprintf("start broker %d", c.ID)
	case lab.SetKey:
		return "key " + string(c.Key) + " for the next floods"
	case lab.SetGuarantee:
		return "guarantee " + c.Guarantee
	case lab.SetCommitInterval:
		return "commit every " + interval(c.Every)
	case lab.KillBetween:
		return "kill " + whom(c.Name, "the busiest consumer") + " between effect and commit"
	case lab.Begin:
		return "a new lab"
	case lab.SetPoison:
		return "poison policy " + string(c.Policy)
	}
	return "command"
}

// outcome says that a command was carried out.
func outcome(c lab.Command) string {
	switch c.(type) {
	case lab.Flood, lab.AddConsumer:
		return intent(c) + ": started"
	case lab.Poison:
		return intent(c) + ": written"
	}
	return intent(c) + ": done"
}

func whom(name, otherwise string) string {
	if name == "" {
		return otherwise
	}
	return name
}
