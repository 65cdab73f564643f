package typed

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/event"
	"blackfriday/services/lab"
)

// grown are the topics that have as many partitions as that of the payments.
func grown() []string { return []string{kafka.PaymentSuccessful, kafka.OrderCreated, kafka.EmailSent} }

// grow adds partitions.
func (d desk) grow(n int) Card {
	var lines, names []string
	for _, topic := range grown() {
		lines = append(lines, d.apache("topics", "--alter --topic %s --partitions %d", d.name(topic), n))
		names = append(names, d.quoted(topic))
	}
	return Card{phrase.New("More partitions, while everything goes on"), []Entry{
		apache(lines...).but(phrase.New("Partitions can be added, never taken away.")),
		cannot(Kcat, phrase.New("kcat changes no topics.")),
		cannot(Console, phrase.New("The console adds none; key t does, and topics recreate makes a topic anew, empty.")),
		d.admin(fmt.Sprintf("UpdatePartitions(ctx, %d, %s)", n, strings.Join(names, ", "))),
	}}
}

// recreate makes the topics again.
func (d desk) recreate(n int) Card {
	var lines, own, names []string
	for _, topic := range grown() {
		lines = append(lines, d.apache("topics", "--delete --topic %s", d.name(topic)))
		names = append(names, d.quoted(topic))
	}
	for _, topic := range grown() {
		lines = append(lines, d.apache("topics", "--create --topic %s --partitions %d", d.name(topic), n))
		own = append(own, d.change("topics recreate %s --partitions %d", shown(topic), n))
	}
	all := strings.Join(names, ", ")
	return Card{phrase.New("Delete the topics and create them again"), []Entry{
		apache(lines...).but(phrase.New("All messages are gone. The lab begins again once all topics are there.")),
		cannot(Kcat, phrase.New("kcat changes no topics.")),
		console(own...),
		d.golang(nil, "adm := kadm.NewClient(cl)",
			fmt.Sprintf("if _, err := adm.DeleteTopics(ctx, %s); err != nil { return err }", all),
			"time.Sleep(2 * time.Second) // brokers forget a topic in a while",
			fmt.Sprintf("_, err = adm.CreateTopics(ctx, %d, -1, nil, %s)", n, all), "return err"),
	}}
}

// promise is a delivery guarantee.
func (d desk) promise(g string) Card {
	_, _, ofGo := d.joining()
	inGo := d.golang(d.inGroup(ofGo), "fetches := cl.PollFetches(ctx)", "// first the work, then the commit: at least once",
		"if err := cl.CommitRecords(ctx, fetches.Records()...); err != nil { return err }", "return fetches.Err()")
	switch kafka.Guarantee(g) {
	case kafka.AtMostOnce:
		inGo = d.golang(d.inGroup(ofGo), "fetches := cl.PollFetches(ctx)", "// first the commit, then the work: at most once",
			"if err := cl.CommitRecords(ctx, fetches.Records()...); err != nil { return err }", "return fetches.Err()")
	case kafka.ExactlyOnce:
		inGo = Entry{Tool: FranzGo, Lines: []string{
			"session, err := kgo.NewGroupTransactSession(kgo.SeedBrokers(" + strconv.Quote(d.at) + "), kgo.TransactionalID(\"my-orders-1\"),",
			"\tkgo.ConsumerGroup(" + d.quoted(kafka.OrderGroup) + "), kgo.ConsumeTopics(" + d.quoted(kafka.PaymentSuccessful) + "), " + ofGo + ",",
			"\tkgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.RequireStableFetchOffsets())",
			"if err != nil { return err }", "defer session.Close()", "session.PollFetches(ctx)",
			"if err := session.Begin(); err != nil { return err }", "// here orders are written: with the offsets they count, or not at all",
			"_, err = session.End(ctx, kgo.TryAbort) // kgo.TryCommit, where the work was done", "return err",
		}}
	}
	topic := d.name(kafka.OrderCreated)
	return Card{phrase.New("Another promise: %s", g), []Entry{
		apache(d.apache("console-consumer", "--topic %s --from-beginning --isolation-level read_committed --timeout-ms 3000", topic), d.apache("transactions", "list")).but(
			phrase.New("A promise is kept by the client, and no tool changes it in others. This reads what was committed, and lists transactions.")),
		kcat(d.kcat("-C -t %s -o beginning -e -q -X isolation.level=read_committed", topic)),
		console(d.service("order --guarantee %s", shown(g))).stays().but(phrase.New("For one of its own, not for those of the lab.")),
		inGo,
	}}
}

// commit is how often offsets are committed.
func (d desk) commit(c lab.SetCommitInterval) Card {
	ms := c.Every.Milliseconds()
	_, _, ofGo := d.joining()
	readers := d.name("my-readers")
	return Card{phrase.New("Commit more or less often"), []Entry{
		apache(d.apache("console-consumer", "--topic %s --group %s --from-beginning --consumer-property auto.commit.interval.ms=%d", d.name(kafka.PaymentSuccessful), readers, ms)).stays().but(
			phrase.New("Every member decides for itself; here one in a group of its own.")),
		kcat(d.kcat("-G %s %s -X auto.commit.interval.ms=%d", d.name("kcat-readers"), d.name(kafka.PaymentSuccessful), ms)).stays(),
		console(d.service("order --commit-interval %v", c.Every)).stays().but(phrase.New("For one of its own, not for those of the lab.")),
		d.golang([]string{
			"kgo.ConsumerGroup(" + d.quoted("go-readers") + ")", "kgo.ConsumeTopics(" + d.quoted(kafka.PaymentSuccessful) + ")", ofGo,
			fmt.Sprintf("kgo.AutoCommitInterval(%d*time.Millisecond)", ms),
		}, "return cl.PollFetches(ctx).Err()"),
	}}
}

// policy is what becomes of poison pills.
func (d desk) policy(p lab.PoisonPolicy) Card {
	c := d.read(kafka.DLQPayment)
	c.About = phrase.New("Another way with poison pills")
	for i := range c.Entries {
		e := &c.Entries[i]
		switch e.Tool {
		case Apache:
			e.Note = phrase.New("Kafka has no dead letter queue of its own: the consumer decides, and writes to a topic like any other. This reads it.")
		case Console:
			*e = console(d.service("order --poison %s", shown(string(p)))).stays().but(phrase.New("For one of its own, not for those of the lab."))
		}
	}
	return c
}

// stopBroker is the end of a broker, or its return.
func (d desk) stopBroker() Card {
	c := d.partitions()
	c.About = phrase.New("Stop or start a broker, and see who leads now")
	for i := range c.Entries {
		if c.Entries[i].Tool == Apache {
			c.Entries[i].Note = phrase.New("No tool of Kafka's stops a broker: whoever runs it does, such as with docker stop. This shows its leaders and copies.")
		}
	}
	return c
}

// redrive sends a dead letter again.
func (d desk) redrive() Card {
	repaired := `echo '{"user_id":42,"cart":[{"name":"MacBook","price":1999}]}' | `
	why := phrase.New("Read a letter, repair its original_message by hand, and write it to the topic of the payments.")
	topic, dlq := d.name(kafka.PaymentSuccessful), d.name(kafka.DLQPayment)
	c := d.read(kafka.DLQPayment)
	poll := c.Entries[len(c.Entries)-1]
	return Card{phrase.New("Send a dead letter again"), []Entry{
		apache(d.apache("console-consumer", "--topic %s --from-beginning --max-messages 1 --timeout-ms 3000", dlq), repaired+d.apache("console-producer", "--topic %s", topic)).but(why),
		kcat(d.kcat("-C -t %s -o beginning -e -c 1", dlq), repaired+d.kcat("-P -t %s", topic)).but(why),
		console(d.ours("consume %s --from-beginning --timeout 2s", shown(kafka.DLQPayment)), repaired+d.ours("produce %s", shown(kafka.PaymentSuccessful))).but(why),
		poll,
	}}
}

// mostTyped is how long a line may be that somebody types.
const mostTyped = 200

// poison writes poison pills.
func (d desk) poison(names []string) Card {
	all := event.Pills()
	pill, note, argument := all[0], phrase.New("One of %d; blackfriday poison --list names them.", len(all)), ""
	for _, p := range all {
		if len(names) > 0 && p.Name == names[0] {
			pill, note, argument = p, phrase.Phrase{}, " "+shown(p.Name)
		}
	}
	about := phrase.New("Write the poison pill %s", pill.Name)
	if argument == "" {
		about = phrase.New("Write every poison pill")
	}
	topic := d.name(kafka.PaymentSuccessful)
	inGo := d.golang([]string{"kgo.DefaultProduceTopic(" + d.quoted(kafka.PaymentSuccessful) + ")"},
		"pill := &kgo.Record{Value: "+goValue(pill.Value)+"}", "return cl.ProduceSync(ctx, pill).FirstErr()").but(note)
	own := console(d.change("poison%s", argument))
	switch {
	case pill.Value == nil:
		return Card{about, []Entry{
			apache("echo NULL | " + d.apache("console-producer", "--topic %s --property null.marker=NULL", topic)),
			kcat("printf 'x:\\n' | " + d.kcat("-P -Z -K : -t %s", topic)).but(phrase.New("With a key: without one kcat writes no empty message.")), own, inGo,
		}}
	case !typeable(pill.Value):
		why := phrase.New("No keyboard types its %s bytes.", phrase.Number(len(pill.Value)))
		return Card{about, []Entry{cannot(Apache, why), cannot(Kcat, why), own, inGo}}
	}
	pipe := "printf '%s\\n' " + "'" + strings.ReplaceAll(string(pill.Value), "'", `'\''`) + "' | "
	return Card{about, []Entry{
		apache(pipe + d.apache("console-producer", "--topic %s", topic)).but(note),
		kcat(pipe + d.kcat("-P -t %s", topic)).but(note), own, inGo,
	}}
}

// typeable says that somebody can type a value in a line.
func typeable(value []byte) bool {
	return len(value) <= mostTyped && utf8.Valid(value) && strings.IndexFunc(string(value), unicode.IsControl) < 0
}

// goValue is a value in Go. What is the same character again and again is written so.
func goValue(value []byte) string {
	if value == nil {
		return "nil"
	}
	var parts []string
	plain := 0
	for i := 0; i < len(value); {
		end := i + 1
		for end < len(value) && value[end] == value[i] {
			end++
		}
		if end-i > 50 {
			parts = append(parts, strconv.Quote(string(value[plain:i])), fmt.Sprintf("strings.Repeat(%q, %d)", string(value[i]), end-i))
			plain = end
		}
		i = end
	}
	return "[]byte(" + strings.Join(append(parts, strconv.Quote(string(value[plain:]))), "+") + ")"
}
