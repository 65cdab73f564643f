package lab

import "time"

// Cluster names the Kafka cluster the lab stands on.
type Cluster struct {
	Embedded  bool     // kfake in this process; false: a cluster that somebody else runs
	Simulated bool     // kfake, in this process or another one: it does not replicate
	ID        string   // the cluster id as the broker gives it
	Nodes     int      // brokers, as the cluster listed them when the lab connected
	Brokers   []string // host:port to connect to
	Prefix    string   // stands before the names of topics and groups there; the names in this picture are without it
	Payment   string   // http://127.0.0.1:8000 and so on; empty without HTTP
	Orders    string
	Emails    string
	Analytics string
	// Join is what students give to blackfriday join, host:port, and Code what it asks them for; both are empty while the
	// lab listens on this machine only.
	Join, Code string
}

// ClusterKind is what a cluster is, in one word.
type ClusterKind string

// The kinds of clusters. ClusterElsewhere is the embedded one of another process: blackfriday broker, or another lab.
const (
	ClusterEmbedded  ClusterKind = "embedded"
	ClusterElsewhere ClusterKind = "embedded-elsewhere"
	ClusterReal      ClusterKind = "real"
)

// Kind says what the cluster is. What is not embedded anywhere is real.
func (c Cluster) Kind() ClusterKind {
	switch {
	case c.Embedded:
		return ClusterEmbedded
	case c.Simulated:
		return ClusterElsewhere
	}
	return ClusterReal
}

// Settings are the knobs as they stand now.
type Settings struct {
	Protocol string        // "KIP-848", "cooperative-sticky", …
	Delay    time.Duration // simulated work per payment in an order consumer
	// SessionTimeout is after how long without a heartbeat the brokers give an order consumer up, and Heartbeat how often
	// they want one: under KIP-848 what the brokers are set to, in a classic group what its members ask for. 0: not known.
	SessionTimeout time.Duration
	Heartbeat      time.Duration
	// Guarantee is what order consumers and the e-mail service promise; CommitInterval is how often they commit, and
	// under exactly-once how long a transaction lasts.
	Guarantee      string // "at-most-once", "at-least-once" or "exactly-once"
	CommitInterval time.Duration
	Poison         PoisonPolicy
	Attempts       int // of PoisonRetryDLQ, before a payment goes to the DLQ
	Key            Key // of the payments that floods write
}
