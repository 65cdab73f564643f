package typed

import (
	"fmt"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// command is what does the same as a command of the lab.
func (d desk) command(s *lab.Snapshot, c lab.Command) Card {
	switch c := c.(type) {
	case lab.Flood:
		return d.flood(c.Count, s.Settings.Key)
	case lab.SetKey:
		return d.key(c.Key)
	case lab.Poison:
		return d.poison(c.Pills)
	case lab.AddConsumer, lab.Restart:
		return d.add(serviceOf(c))
	case lab.Kill, lab.KillBetween:
		return d.kill()
	case lab.Stop:
		return d.stop()
	case lab.SetDelay:
		return d.delay(c)
	case lab.SetProtocol:
		return d.speak(kafka.Protocol(c.Protocol))
	case lab.GrowPartitions:
		return d.grow(c.Count)
	case lab.RecreateTopics:
		return d.recreate(c.Partitions)
	case lab.SetGuarantee:
		return d.promise(c.Guarantee)
	case lab.SetCommitInterval:
		return d.commit(c)
	case lab.SetPoison:
		return d.policy(c.Policy)
	case lab.StopBroker, lab.StartBroker:
		return d.stopBroker()
	}
	return d.lag(s)
}

// serviceOf is the service that a command starts.
func serviceOf(c lab.Command) string {
	if r, ok := c.(lab.Restart); ok && (r.Name == "email" || r.Name == "analytics") {
		return r.Name
	}
	return "order"
}

// payments is a pipe of n payments, a line each.
const payments = `seq %d | sed 's/.*/{"user_id":&,"cart":[{"name":"MacBook","price":1999}]}/' | `

// keyed is the same with the user as key, and a colon behind it.
const keyed = `seq %d | sed 's/.*/&:{"user_id":&,"cart":[{"name":"MacBook","price":1999}]}/' | `

// vip is keyed for a user who buys everything.
const vip = `seq %d | sed 's/.*/1:{"user_id":1,"cart":[{"name":"MacBook","price":1999}]}/' | `

func (d desk) flood(n int, key lab.Key) Card {
	c := d.written(n, key)
	c.About = phrase.Count(int64(n), "Flood the topic with %s payment", "Flood the topic with %s payments")
	return c
}

func (d desk) key(key lab.Key) Card {
	const n = 1000
	c := d.written(n, key)
	c.About = phrase.New("Write payments with another key")
	return c
}

// written are n payments, written with a key or without.
func (d desk) written(n int, key lab.Key) Card {
	pipe, forApache, forKcat, user, option := payments, "", "", "user", ""
	record := "kgo.StringRecord(value)"
	switch key {
	case lab.KeyUser, lab.KeyVIP:
		pipe, forApache, forKcat = keyed, " --property parse.key=true --property key.separator=:", " -K :"
		record, option = "kgo.KeyStringRecord(fmt.Sprint(user), value)", " --key "+string(key)
		if key == lab.KeyVIP {
			pipe, record = vip, `kgo.KeyStringRecord("1", value)`
			user = "1"
		}
	}
	pipe = fmt.Sprintf(pipe, n)
	topic := d.name(kafka.PaymentSuccessful)
	loop := "for user := range " + fmt.Sprint(n) + " {"
	if key == lab.KeyVIP {
		loop = "for range " + fmt.Sprint(n) + " {"
	}
	return Card{Entries: []Entry{
		apache(pipe + d.apache("console-producer", "--topic %s%s", topic, forApache)),
		kcat(pipe + d.kcat("-P -t %s%s", topic, forKcat)),
		console(d.change("flood -n %d%s", n, option)),
		d.golang([]string{"kgo.DefaultProduceTopic(" + d.quoted(kafka.PaymentSuccessful) + ")"},
			"payment := `{\"user_id\":%d,\"cart\":[{\"name\":\"MacBook\",\"price\":1999}]}`", "var all []*kgo.Record", loop,
			"\tvalue := fmt.Sprintf(payment, "+user+")",
			"\tall = append(all, "+record+")", "}",
			"return cl.ProduceSync(ctx, all...).FirstErr()"),
	}}
}

// outside says what becomes of payments that somebody reads in the place of a service.
func outside() phrase.Phrase {
	return phrase.New("It takes partitions from the services, prints and makes no orders. It commits nothing, so the services do it all again when it has gone.")
}

// notClassic says why kcat is not let in.
func notClassic() phrase.Phrase {
	return phrase.New("kcat speaks the classic protocol, and this group KIP-848: it is not let in.")
}

// member is what a consumer of somebody else is, in every tool.
func (d desk) member() (ofApache, ofKcat Entry) {
	forApache, forKcat, _ := d.joining()
	group, topic := d.name(kafka.OrderGroup), d.name(kafka.PaymentSuccessful)
	ofApache = apache(d.apache("console-consumer", "--topic %s --group %s --consumer-property enable.auto.commit=false %s", topic, group, forApache)).stays()
	if forKcat == "" {
		return ofApache, cannot(Kcat, notClassic())
	}
	return ofApache, kcat(d.kcat("-G %s %s -X enable.auto.commit=false %s", group, topic, forKcat)).stays()
}

// add starts a service.
func (d desk) add(service string) Card {
	ofApache, ofKcat := d.member()
	if service != "order" {
		why := phrase.New("It is a service of the lab: other tools read its topic, and none does its work.")
		return Card{phrase.New("Start the service %s", service), []Entry{
			cannot(Apache, why), cannot(Kcat, why), console(d.change("service %s", service)).stays(), cannot(FranzGo, why),
		}}
	}
	ofApache = ofApache.but(outside())
	if len(ofKcat.Lines) > 0 {
		ofKcat = ofKcat.but(outside())
	}
	_, _, ofGo := d.joining()
	return Card{phrase.New("Start one more consumer in the group"), []Entry{
		ofApache, ofKcat,
		console(d.service("order")).stays().but(phrase.New("A process of its own that makes orders as those of the lab do.")),
		d.golang(d.inGroup(ofGo),
			"for ctx.Err() == nil {", "\tcl.PollFetches(ctx).EachRecord(func(r *kgo.Record) { fmt.Println(string(r.Value)) })", "}", "return nil").stays(),
	}}
}

// inGroup are the options of a member of the orders' group in Go.
func (d desk) inGroup(balancer string) []string {
	return []string{
		"kgo.ConsumerGroup(" + d.quoted(kafka.OrderGroup) + ")", "kgo.ConsumeTopics(" + d.quoted(kafka.PaymentSuccessful) + ")",
		"kgo.DisableAutoCommit()", balancer,
	}
}

// look shows who Kafka believes to be a member.
func (d desk) look() string {
	return d.apache("consumer-groups", "--describe --group %s --members", d.name(kafka.OrderGroup))
}

// kill ends a consumer like a power cut.
func (d desk) kill() Card {
	_, _, ofGo := d.joining()
	return Card{phrase.New("Kill a consumer, like a power cut"), []Entry{
		apache(d.look()).but(phrase.New("No tool of Kafka's kills a consumer: kill -9 its process. This shows that Kafka still names it, until its session times out.")),
		cannot(Kcat, phrase.New("kcat cannot kill anybody but itself: kill -9 its process.")),
		console(d.unasked("order") + " & sleep 5; kill -9 $!").but(phrase.New("One of its own joins, and is killed after 5 s.")),
		d.golang(d.inGroup(ofGo), "cl.PollFetches(ctx)", "os.Exit(137) // no cl.Close(): nobody says goodbye", "return nil"),
	}}
}

// stop ends a consumer politely.
func (d desk) stop() Card {
	_, _, ofGo := d.joining()
	return Card{phrase.New("Stop a consumer politely"), []Entry{
		apache(d.look()).but(phrase.New("Ctrl+C ends a consumer politely: it says goodbye, and this does not list it any more.")),
		cannot(Kcat, phrase.New("kcat stops nobody but itself: Ctrl+C, and it leaves its group.")),
		console(d.unasked("order") + " & sleep 5; kill -INT $!; wait").but(phrase.New("One of its own joins, and leaves after 5 s.")),
		d.golang(d.inGroup(ofGo), "cl.PollFetches(ctx)", "return cl.LeaveGroupContext(ctx)"),
	}}
}

// delay is the simulated work.
func (d desk) delay(c lab.SetDelay) Card {
	why := phrase.New("Kafka knows nothing of how long a consumer works on a message: no tool sets it.")
	_, _, ofGo := d.joining()
	return Card{phrase.New("Take another time for each payment"), []Entry{
		cannot(Apache, why), cannot(Kcat, why),
		console(d.service("order --delay %v", c.Delay)).stays().but(phrase.New("For one of its own, not for those of the lab.")),
		d.golang(d.inGroup(ofGo), "cl.PollFetches(ctx).EachRecord(func(*kgo.Record) {",
			fmt.Sprintf("\ttime.Sleep(%d * time.Millisecond) // the work, between reading and committing", c.Delay.Milliseconds()), "})", "return nil"),
	}}
}

// speak is another group protocol.
func (d desk) speak(p kafka.Protocol) Card {
	look := d.apache("consumer-groups", "--describe --group %s --state", d.name(kafka.OrderGroup))
	d.protocol = p
	_, forKcat, ofGo := d.joining()
	ofKcat := cannot(Kcat, phrase.New("kcat speaks the classic protocol only."))
	if forKcat != "" {
		ofKcat = kcat(d.kcat("-G %s %s %s", d.name("kcat-readers"), d.name(kafka.PaymentSuccessful), forKcat)).stays().but(
			phrase.New("Every member chooses the protocol by itself; here one in a group of its own."))
	}
	group := "kgo.ConsumerGroup(" + d.quoted("go-readers") + ")"
	return Card{phrase.New("Another protocol for the group: every member is started again with it"), []Entry{
		apache(look).but(phrase.New("This shows the protocol. It is chosen by the members: --consumer-property group.protocol=consumer or partition.assignment.strategy.")),
		ofKcat,
		console(d.ours("groups describe %s --state", shown(kafka.OrderGroup))),
		d.golang([]string{group, "kgo.ConsumeTopics(" + d.quoted(kafka.PaymentSuccessful) + ")", ofGo}, "return cl.PollFetches(ctx).Err()"),
	}}
}
