package kafka

import (
	"context"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"

	"blackfriday/kafka/phrase"
)

// Capabilities say what cannot be done on a cluster: because the brokers do not know how, or because they do not let this
// user. Each is the reason in one sentence with its cure, and the empty Phrase where nothing is known against it.
type Capabilities struct {
	NewGroups    phrase.Phrase // KIP-848 groups, the protocol "consumer"
	Transactions phrase.Phrase // exactly-once
	Pay          phrase.Phrase // writing payments
	WriteOrders  phrase.Phrase // writing to order-created by hand
	WriteEmails  phrase.Phrase // the same to email-sent
	WriteLetters phrase.Phrase // the same to dlq-payment
	Consume      phrase.Phrase // being an order consumer
	Grow         phrase.Phrase // adding partitions
	Recreate     phrase.Phrase // deleting the topics and groups of the lab and creating them again
}

// Write is why no record can be written to a topic by hand; empty where nothing is known against it.
func (c Capabilities) Write(topic string) phrase.Phrase {
	switch topic {
	case PaymentSuccessful:
		return c.Pay
	case OrderCreated:
		return c.WriteOrders
	case EmailSent:
		return c.WriteEmails
	case DLQPayment:
		return c.WriteLetters
	}
	return phrase.Phrase{}
}

// Capabilities asks the brokers what they know (KIP-35) and what they allow this user on the topics and groups of the
// lab (KIP-430). What they do not tell, such as brokers before Kafka 2.3, counts as allowed.
func (c *Cluster) Capabilities(ctx context.Context) (Capabilities, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	// In a later version a group that does not exist is an error, and what one may do with it is not told.
	versions := kversion.Stable()
	versions.SetMaxKeyVersion(kmsg.DescribeGroups.Int16(), 5)
	client, err := c.newClient("capabilities", kgo.MaxVersions(versions))
	if err != nil {
		return Capabilities{}, err
	}
	defer client.Close()
	known, err := askKnown(ctx, persistent{client})
	if err != nil {
		return Capabilities{}, phrase.Errorf("ask the brokers what they know: %w", err)
	}
	rights, err := c.askRights(ctx, persistent{client})
	if err != nil {
		return Capabilities{}, phrase.Errorf("ask the brokers for this user's rights: %w", err)
	}
	can := Capabilities{NewGroups: known.newGroups(), Transactions: known.transactions()}
	if can.NewGroups.Empty() {
		can.NewGroups = c.switchedOff(ctx)
	}
	user := c.cfg.Security.who()
	can.Pay = user.lacks(rights.topic(kmsg.ACLOperationWrite, PaymentSuccessful))
	can.WriteOrders = user.lacks(rights.topic(kmsg.ACLOperationWrite, OrderCreated))
	can.WriteEmails = user.lacks(rights.topic(kmsg.ACLOperationWrite, EmailSent))
	can.WriteLetters = user.lacks(rights.topic(kmsg.ACLOperationWrite, DLQPayment))
	can.Consume = user.lacks(
		rights.group(kmsg.ACLOperationRead, OrderGroup), rights.topic(kmsg.ACLOperationRead, PaymentSuccessful),
		rights.topic(kmsg.ACLOperationWrite, OrderCreated), rights.topic(kmsg.ACLOperationWrite, DLQPayment))
	if can.Transactions.Empty() {
		can.Transactions = user.lacks(rights.transactionalID)
	}
	can.Grow = user.lacks(rights.eachTopic(kmsg.ACLOperationAlter, PaymentSuccessful, OrderCreated, EmailSent)...)
	can.Recreate = user.lacks(append(
		rights.eachTopic(kmsg.ACLOperationDelete, PaymentSuccessful, OrderCreated, EmailSent, DLQPayment),
		append(rights.eachTopicOrCluster(kmsg.ACLOperationCreate, PaymentSuccessful, OrderCreated, EmailSent, DLQPayment),
			rights.group(kmsg.ACLOperationDelete, OrderGroup), rights.group(kmsg.ACLOperationDelete, EmailGroup),
			rights.group(kmsg.ACLOperationDelete, AnalyticsGroup))...)...)
	return can, nil
}

// knowledge is what a broker says that it knows: its requests with their newest version, and its features.
type knowledge struct {
	requests map[int16]int16
	features map[string]int16 // finalized ones, with their level
	offered  map[string]bool  // features that could be finalized
}

func askKnown(ctx context.Context, client kmsg.Requestor) (knowledge, error) {
	req := kmsg.NewPtrApiVersionsRequest()
	req.ClientSoftwareName, req.ClientSoftwareVersion = "blackfriday", "1"
	resp, err := req.RequestWith(ctx, client)
	if err != nil {
		return knowledge{}, err
	}
	k := knowledge{requests: map[int16]int16{}, features: map[string]int16{}, offered: map[string]bool{}}
	for _, key := range resp.ApiKeys {
		k.requests[key.ApiKey] = key.MaxVersion
	}
	for _, f := range resp.FinalizedFeatures {
		k.features[f.Name] = f.MaxVersionLevel
	}
	for _, f := range resp.SupportedFeatures {
		k.offered[f.Name] = true
	}
	return k, nil
}

// knows says that the broker takes a request in this version or a later one.
func (k knowledge) knows(key kmsg.Key, version int16) bool {
	newest, ok := k.requests[key.Int16()]
	return ok && newest >= version
}

func (k knowledge) newGroups() phrase.Phrase {
	const feature = "group.version"
	switch {
	case !k.knows(kmsg.ConsumerGroupHeartbeat, 0) || !k.knows(kmsg.ConsumerGroupDescribe, 0):
		return phrase.New("These brokers do not know KIP-848 groups: that needs Apache Kafka 4.0 or newer.")
	case k.offered[feature] && k.features[feature] < 1:
		return phrase.New("KIP-848 groups are not enabled on these brokers: kafka-features upgrade --feature group.version=1 does that.")
	}
	return phrase.Phrase{}
}

func (k knowledge) transactions() phrase.Phrase {
	for _, key := range []kmsg.Key{kmsg.InitProducerID, kmsg.AddPartitionsToTxn, kmsg.AddOffsetsToTxn, kmsg.EndTxn} {
		if !k.knows(key, 0) {
			return phrase.New("These brokers know no transactions: exactly-once needs Apache Kafka 2.5 or newer.")
		}
	}
	if !k.knows(kmsg.TxnOffsetCommit, 3) {
		return phrase.New("These brokers do not fence members in transactions (KIP-447): exactly-once needs Apache Kafka 2.5 or newer.")
	}
	return phrase.Phrase{}
}

// switchedOff says that the brokers know KIP-848 groups and are set not to take them. Whoever may not read the settings
// finds that out by trying.
func (c *Cluster) switchedOff(ctx context.Context) phrase.Phrase {
	const setting = "group.coordinator.rebalance.protocols"
	settings, err := c.brokerSettings(ctx)
	if err != nil || settings[setting] == "" || strings.Contains(settings[setting], "consumer") {
		return phrase.Phrase{}
	}
	return phrase.New("KIP-848 groups are switched off on these brokers: set %s=classic,consumer there.", setting)
}
