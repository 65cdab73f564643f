package realtest

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"
)

// clusterID is any; Kafka wants 16 bytes in base64.
const clusterID = "4L6g3nShT-eMCtK--X86sw"

// properties are the settings of a broker: Kafka's defaults, but for a cluster on one machine in front of a class. A dead
// consumer is noticed after 6 s under every protocol (KIP-848's timeouts are the broker's), and a dead broker, too.
func (c *Cluster) properties(b *broker, opts Options) map[string]string {
	replicas := min(3, len(c.brokers))
	inSync := max(1, replicas-1)
	voters := make([]string, len(c.brokers))
	for i, v := range c.brokers {
		voters[i] = fmt.Sprintf("%d@%s", v.id, v.controller)
	}
	settings := map[string]string{
		"process.roles":                            "broker,controller",
		"node.id":                                  strconv.Itoa(b.id),
		"controller.quorum.voters":                 strings.Join(voters, ","),
		"controller.listener.names":                "CONTROLLER",
		"inter.broker.listener.name":               "PLAIN",
		"listeners":                                "PLAIN://" + b.plain + ",CONTROLLER://" + b.controller,
		"listener.security.protocol.map":           "PLAIN:PLAINTEXT,CONTROLLER:PLAINTEXT,CLIENT:" + cmp.Or(opts.Security, "PLAINTEXT"),
		"log.dirs":                                 b.file(".data"),
		"default.replication.factor":               strconv.Itoa(replicas),
		"min.insync.replicas":                      strconv.Itoa(inSync),
		"offsets.topic.replication.factor":         strconv.Itoa(replicas),
		"offsets.topic.num.partitions":             "6",
		"transaction.state.log.replication.factor": strconv.Itoa(replicas),
		"transaction.state.log.min.isr":            strconv.Itoa(inSync),
		"transaction.state.log.num.partitions":     "6",
		"broker.session.timeout.ms":                "6000",
		"group.initial.rebalance.delay.ms":         "0",
		"group.consumer.min.session.timeout.ms":    "1000",
		"group.consumer.session.timeout.ms":        "6000",
		"group.consumer.min.heartbeat.interval.ms": "100",
		"group.consumer.heartbeat.interval.ms":     "500",
	}
	if opts.Security != "" {
		settings["listeners"] += ",CLIENT://" + b.client
	}
	maps.Copy(settings, opts.Properties)
	return settings
}

// format writes the settings of every broker and prepares its data.
func (c *Cluster) format(ctx context.Context, opts Options) error {
	all, ctx := errgroup.WithContext(ctx)
	for _, b := range c.brokers {
		var text strings.Builder
		settings := c.properties(b, opts)
		for _, key := range slices.Sorted(maps.Keys(settings)) {
			fmt.Fprintf(&text, "%s=%s\n", key, settings[key])
		}
		if err := os.WriteFile(b.file(".properties"), []byte(text.String()), 0o600); err != nil {
			return fmt.Errorf("the settings of broker %d: %w", b.id, err)
		}
		args := []string{"format", "-t", clusterID, "-c", b.file(".properties")}
		for _, user := range opts.Scram {
			args = append(args, "--add-scram", user)
		}
		all.Go(func() error {
			_, err := c.tools.Run(ctx, "", "storage", args...)
			return err
		})
	}
	return all.Wait()
}
