package kafka

import (
	"errors"
	"net"
	"strconv"
	"syscall"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"

	"blackfriday/kafka/guard"
	"blackfriday/kafka/phrase"
)

// embeddedID is the cluster id of every embedded cluster.
const embeddedID = "blackfriday-embedded"

// startEmbedded starts kfake: Kafka's wire protocol on real ports, all in this process; in memory, unless there is a disk.
func (c *Cluster) startEmbedded(disk *durable) error {
	cfg := c.cfg
	ports := make([]int, cfg.Nodes)
	for i := range ports {
		if cfg.Port != 0 {
			ports[i] = cfg.Port + i
		}
	}
	namer := &topicNamer{names: map[[16]byte]string{}}
	fake, err := kfake.NewCluster(append(append(disk.options(), cfg.Classroom.options()...),
		kfake.Ports(ports...),
		kfake.ListenFn(guard.Listen(guard.Options{
			Host:  cfg.Classroom.host(),
			Login: cfg.Classroom != nil,
			Base:  cfg.Classroom.listen(cfg.Listen),
			Rewrites: map[int16]guard.Rewrite{
				kmsg.ConsumerGroupDescribe.Int16(): namer.rewrite,
				kmsg.ApiVersions.Int16():           guard.OfferHandshake,
				kmsg.SASLHandshake.Int16():         guard.OfferScram,
			},
		})),
		kfake.ClusterID(embeddedID),
		kfake.MaxVersions(versions()),
		kfake.GroupMinSessionTimeout(time.Second),
		kfake.BrokerConfigs(map[string]string{
			"group.consumer.session.timeout.ms":    milliseconds(cfg.SessionTimeout),
			"group.consumer.heartbeat.interval.ms": milliseconds(cfg.Heartbeat),
		}),
	)...)
	if err != nil {
		return portError(err)
	}
	c.mixing = newMixing(fake)
	c.mixing.on()
	namer.of(fake)
	c.fake, c.namer, c.brokers = fake, namer, fake.ListenAddrs()
	return nil
}

// versions caps what the embedded brokers offer. Apache Kafka's own command-line tools (4.3) end in a
// NullPointerException against kfake's DescribeTopicPartitions (key 75) and against CreateTopics (key 19) above
// version 4; without them they fall back to what works. Produce (key 0) above guard.MaxProduceVersion names topics by id,
// and kfake panics on ids that it does not know, such as those of topics that were just deleted. Share groups (KIP-932) are
// not offered: one that is named as a consumer group takes its place, and every right to read the group is a right to that.
func versions() *kversion.Versions {
	v := kversion.Stable()
	v.SetMaxKeyVersion(0, guard.MaxProduceVersion)
	v.SetMaxKeyVersion(19, 4)
	v.SetMaxKeyVersion(75, -1)
	for _, share := range []int16{76, 77, 78, 79, 90, 91, 92} {
		v.SetMaxKeyVersion(share, -1)
	}
	return v
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// portError says which port could not be had and which flag changes it.
func portError(err error) error {
	var op *net.OpError
	if !errors.As(err, &op) || op.Op != "listen" {
		return phrase.Errorf("start the embedded Kafka cluster: %w", err)
	}
	why := err
	if errors.Is(err, syscall.EADDRINUSE) {
		why = syscall.EADDRINUSE
	}
	return phrase.Errorf("cannot listen on %v for the embedded Kafka cluster: %w; choose another first port with --kafka-port (0 takes any that are free)",
		op.Addr, why)
}
