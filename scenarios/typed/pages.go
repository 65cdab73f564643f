package typed

import (
	"fmt"
	"strings"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// page is what shows the same as a page of the dashboard.
func (d desk) page(s *lab.Snapshot, q Question) Card {
	switch q.Page {
	case Consumers, Lanes:
		return d.members(q.Page)
	case Topics:
		return d.topics(s)
	case Partitions:
		return d.partitions()
	case Rebalances:
		return d.state()
	case Ledger:
		return d.count()
	case Letters:
		return d.read(kafka.DLQPayment)
	case Messages:
		if q.Topic == "" {
			q.Topic = kafka.PaymentSuccessful
		}
		return d.read(q.Topic)
	case Brokers:
		return d.brokers()
	case Write:
		return d.write()
	}
	return d.lag(s)
}

// lag is the state of the orders' group.
func (d desk) lag(s *lab.Snapshot) Card {
	var ends []string
	for i := range max(min(len(s.Partitions), 3), 1) {
		ends = append(ends, fmt.Sprintf("-t %s:%d:-1", d.name(kafka.PaymentSuccessful), i))
	}
	return Card{phrase.New("How far the orders have come: lag and owners"), []Entry{
		apache(d.apache("consumer-groups", "--describe --group %s", d.name(kafka.OrderGroup))),
		kcat(d.kcat("-Q %s", strings.Join(ends, " "))).but(phrase.New("It shows where partitions end. What a group has committed, and so its lag, kcat cannot show.")),
		console(d.ours("groups describe %s", shown(kafka.OrderGroup))),
		d.admin(fmt.Sprintf("Lag(ctx, %s)", d.quoted(kafka.OrderGroup))),
	}}
}

// members are who is in the orders' group.
func (d desk) members(p Page) Card {
	about := phrase.New("Who is in the group, and who has which partition")
	note := phrase.Phrase{}
	if p == Lanes {
		about = phrase.New("Who reads which partition now")
		note = phrase.New("Kafka keeps no history of owners: the lanes are the answers to this question, asked again and again.")
	}
	return Card{about, []Entry{
		apache(d.apache("consumer-groups", "--describe --group %s --members --verbose", d.name(kafka.OrderGroup))).but(note),
		cannot(Kcat, phrase.New("kcat cannot look into a group.")),
		console(d.ours("groups describe %s --members", shown(kafka.OrderGroup))),
		d.admin(d.describing()),
	}}
}

// describing is the call that describes the orders' group.
func (d desk) describing() string {
	if d.protocol == kafka.ConsumerProtocol {
		return fmt.Sprintf("DescribeConsumerGroups(ctx, %s)", d.quoted(kafka.OrderGroup))
	}
	return fmt.Sprintf("DescribeGroups(ctx, %s)", d.quoted(kafka.OrderGroup))
}

// state is how the orders' group stands as a whole.
func (d desk) state() Card {
	return Card{phrase.New("State, protocol and coordinator of the group"), []Entry{
		apache(d.apache("consumer-groups", "--describe --group %s --state", d.name(kafka.OrderGroup))).but(
			phrase.New("A rebalance is over in moments: to see one, ask again and again.")),
		cannot(Kcat, phrase.New("kcat cannot look into a group.")),
		console(d.ours("groups describe %s --state", shown(kafka.OrderGroup))),
		d.admin(d.describing()),
	}}
}

// topics lists the topics; where one of the lab's is missing it makes that.
func (d desk) topics(s *lab.Snapshot) Card {
	for _, t := range s.Topics {
		if t.Missing {
			return d.create(t.Name)
		}
	}
	return Card{phrase.New("Which topics there are"), []Entry{
		apache(d.apache("topics", "--list")),
		kcat(d.kcat("-L")),
		console(d.ours("topics list")),
		d.admin("ListTopics(ctx)"),
	}}
}

// create makes a topic.
func (d desk) create(topic string) Card {
	return Card{phrase.New("Create the topic %s", topic), []Entry{
		apache(d.apache("topics", "--create --topic %s --partitions 1 --replication-factor 1", d.name(topic))),
		cannot(Kcat, phrase.New("kcat creates no topics by itself.")),
		console(d.ours("topics create --topic %s --partitions 1 --replication-factor 1", shown(topic))),
		d.admin(fmt.Sprintf("CreateTopic(ctx, 1, 1, nil, %s)", d.quoted(topic))),
	}}
}

// write writes one message by hand.
func (d desk) write() Card {
	return Card{phrase.New("Write a message to %s", kafka.PaymentSuccessful), []Entry{
		apache("echo hello | " + d.apache("console-producer", "--topic %s", d.name(kafka.PaymentSuccessful))),
		kcat("echo hello | " + d.kcat("-P -t %s", d.name(kafka.PaymentSuccessful))),
		console("echo hello | " + d.ours("produce %s", shown(kafka.PaymentSuccessful))),
		d.golang(nil, fmt.Sprintf(`return cl.ProduceSync(ctx, &kgo.Record{Topic: %s, Value: []byte("hello")}).FirstErr()`, d.quoted(kafka.PaymentSuccessful))),
	}}
}

// partitions shows leaders and copies.
func (d desk) partitions() Card {
	return Card{phrase.New("The partitions of the payments: leaders and copies"), []Entry{
		apache(d.apache("topics", "--describe --topic %s", d.name(kafka.PaymentSuccessful))),
		kcat(d.kcat("-L -t %s", d.name(kafka.PaymentSuccessful))),
		console(d.ours("topics describe %s", shown(kafka.PaymentSuccessful))),
		d.admin(fmt.Sprintf("ListTopics(ctx, %s)", d.quoted(kafka.PaymentSuccessful))),
	}}
}

// count counts the orders, as the auditor does by identity.
func (d desk) count() Card {
	return Card{phrase.New("Count the orders in their topic, once the lag is zero"), []Entry{
		apache(d.apache("console-consumer", "--topic %s --from-beginning --timeout-ms 3000 | wc -l", d.name(kafka.OrderCreated))),
		kcat(d.kcat("-C -t %s -o beginning -e -q | wc -l", d.name(kafka.OrderCreated))),
		console(d.ours("consume %s --from-beginning --timeout 2s", shown(kafka.OrderCreated)) + " | wc -l").but(
			phrase.New("Whoever counts messages counts duplicates, too. The ledger counts every payment by identity, which none of these tools can.")),
		d.admin(fmt.Sprintf("ListEndOffsets(ctx, %s)", d.quoted(kafka.OrderCreated))),
	}}
}

// read reads a topic from its beginning.
func (d desk) read(topic string) Card {
	about := phrase.New("Read the messages of %s", topic)
	if topic == kafka.DLQPayment {
		about = phrase.New("Read the dead letters, with the headers that say why")
	}
	poll := []string{
		"fetches := cl.PollFetches(ctx)",
		"fetches.EachRecord(func(r *kgo.Record) { fmt.Println(r.Partition, r.Offset, r.Headers, string(r.Value)) })",
		"return fetches.Err()",
	}
	return Card{about, []Entry{
		apache(d.apache("console-consumer", "--topic %s --from-beginning --property print.headers=true --timeout-ms 3000", d.name(topic))).but(
			phrase.New("It ends when nothing comes for 3 s, and calls that an error.")),
		kcat(d.kcat(`-C -t %s -o beginning -e -f '%%p@%%o %%h %%s\n'`, d.name(topic))),
		console(d.ours("consume %s --from-beginning --headers --timeout 2s", shown(topic))),
		d.golang([]string{"kgo.ConsumeTopics(" + d.quoted(topic) + ")"}, poll...).but(phrase.New("One poll: whoever wants all of them polls until nothing comes.")),
	}}
}

// brokers lists who is in the cluster.
func (d desk) brokers() Card {
	return Card{phrase.New("Which brokers there are, and who leads what"), []Entry{
		apache(d.apache("broker-api-versions", "| grep id:"), d.apache("topics", "--describe")),
		kcat(d.kcat("-L")),
		console(d.ours("topics describe")),
		d.admin("BrokerMetadata(ctx)"),
	}}
}
