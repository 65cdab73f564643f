package handout

import (
	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
	"blackfriday/services/ledger"
)

// keyOf is the key of the payments of a flood.
func keyOf(k lab.Key) phrase.Speaker {
	switch k {
	case lab.KeyUser:
		return phrase.New("user")
	case lab.KeyVIP:
		return phrase.New("one VIP")
	}
	return phrase.New("none")
}

// causeOf says why a group was dealt out again.
func causeOf(c lab.Cause) phrase.Speaker {
	switch c {
	case lab.CauseStart:
		return phrase.New("start")
	case lab.CauseJoin:
		return phrase.New("join")
	case lab.CauseLeave:
		return phrase.New("leave")
	case lab.CauseCrash:
		return phrase.New("crash")
	case lab.CauseProtocol:
		return phrase.New("protocol")
	case lab.CauseGuarantee:
		return phrase.New("guarantee")
	case lab.CausePartitions:
		return phrase.New("partitions added")
	case lab.CauseRecreate:
		return phrase.New("topics made again")
	case lab.CauseGone:
		return phrase.New("gone")
	case lab.CauseOutage:
		return phrase.New("outage")
	}
	return phrase.New("other")
}

// policyOf says what becomes of poison pills.
func policyOf(p lab.PoisonPolicy) phrase.Speaker {
	switch p {
	case lab.PoisonCrash:
		return phrase.New("the consumer crashes on it")
	case lab.PoisonRetry:
		return phrase.New("tried again for ever")
	case lab.PoisonRetryDLQ:
		return phrase.New("tried a few times, then to the DLQ")
	}
	return phrase.New("to the DLQ")
}

// clusterOf says what a cluster is.
func clusterOf(c lab.Cluster) phrase.Speaker {
	switch c.Kind() {
	case lab.ClusterEmbedded:
		return phrase.New("embedded in the program (kfake): the protocol is real, replication is simulated")
	case lab.ClusterElsewhere:
		return phrase.New("the embedded one of another process (kfake): the protocol is real, replication is simulated")
	}
	return phrase.New("a real Kafka")
}

// euros is a sum of money.
func euros(s ledger.Sum) phrase.Speaker {
	return phrase.New("€%s", phrase.Decimal{Value: float64(s.Cents) / 100, Digits: 2})
}
