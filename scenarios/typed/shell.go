package typed

import (
	"fmt"
	"strconv"
	"strings"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
)

// shown is a word for a shell, in quotes where it needs them.
func shown(word string) string {
	safe := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.:,/=%@+", r)
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !safe(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// name is a topic or a group as it is called there.
func (d desk) name(of string) string { return shown(d.prefix + of) }

// quoted is a topic or a group in Go.
func (d desk) quoted(of string) string { return strconv.Quote(d.prefix + of) }

// apache is a command of Apache's: kafka-TOOL.
func (d desk) apache(tool, format string, args ...any) string {
	return "kafka-" + tool + " --bootstrap-server " + shown(d.at) + " " + fmt.Sprintf(format, args...)
}

func (d desk) kcat(format string, args ...any) string {
	return "kcat -b " + shown(d.at) + " " + fmt.Sprintf(format, args...)
}

// ours is a command of this program. It finds the lab of this machine by itself.
func (d desk) ours(format string, args ...any) string {
	line := d.program + " " + fmt.Sprintf(format, args...)
	if d.at != local {
		line += " --brokers " + shown(d.at)
	}
	if d.prefix != "" {
		line += " --topic-prefix " + shown(d.prefix)
	}
	return line
}

// change is ours for a command that asks before it changes somebody's cluster. That of a lab is nobody's.
func (d desk) change(format string, args ...any) string {
	line := d.ours(format, args...)
	if d.yes {
		line += " --yes"
	}
	return line
}

// service is a process of our own with one service. A member that comes to a classic group in the wrong moment cannot see what
// it speaks: it is told.
func (d desk) service(format string, args ...any) string {
	if d.protocol != "" && d.protocol != kafka.ConsumerProtocol {
		format += " --protocol " + strings.ReplaceAll(shown(string(d.protocol)), "%", "%%")
	}
	return d.change("service "+format, args...)
}

// unasked is service for a process in the background, where a shell lets nobody answer: on somebody's cluster whoever types it
// has to say there that it may write.
func (d desk) unasked(service string) string {
	d.yes = d.yes || d.real
	return d.service(service)
}

// client are the first statements of every Go snippet.
func (d desk) client(options ...string) []string {
	lines := []string{"cl, err := kgo.NewClient(kgo.SeedBrokers(" + strconv.Quote(d.at) + ")"}
	for _, option := range options {
		lines[len(lines)-1] += ","
		lines = append(lines, "\t"+option)
	}
	lines[len(lines)-1] += ")"
	return append(lines, "if err != nil { return err }", "defer cl.Close()")
}

// golang is a Go snippet: a client and what is done with it.
func (d desk) golang(options []string, lines ...string) Entry {
	return Entry{Tool: FranzGo, Lines: append(d.client(options...), lines...)}
}

// admin is a Go snippet that asks the brokers something and prints it.
func (d desk) admin(call string) Entry {
	return d.golang(nil, "answer, err := kadm.NewClient(cl)."+call, "fmt.Printf(\"%+v\\n\", answer)", "return err")
}

func apache(lines ...string) Entry  { return Entry{Tool: Apache, Lines: lines} }
func kcat(lines ...string) Entry    { return Entry{Tool: Kcat, Lines: lines} }
func console(lines ...string) Entry { return Entry{Tool: Console, Lines: lines} }

// cannot is the entry of a tool that does not do it.
func cannot(tool Tool, why phrase.Phrase) Entry { return Entry{Tool: tool, Note: why} }

// but adds what is to be known.
func (e Entry) but(note phrase.Phrase) Entry {
	e.Note = note
	return e
}

// stays says that the last command goes on until somebody ends it.
func (e Entry) stays() Entry {
	e.Stays = true
	return e
}

// joining are the options of a client that is to be a member of the orders' group, in each tool; kcat's are empty where it
// cannot.
func (d desk) joining() (ofApache, ofKcat, ofGo string) {
	switch d.protocol {
	case kafka.ConsumerProtocol:
		return "--consumer-property group.protocol=consumer", "", "kgo.ServerSideBalancer()"
	case kafka.Range:
		return "--consumer-property partition.assignment.strategy=org.apache.kafka.clients.consumer.RangeAssignor",
			"-X partition.assignment.strategy=range", "kgo.Balancers(kgo.RangeBalancer())"
	case kafka.RoundRobin:
		return "--consumer-property partition.assignment.strategy=org.apache.kafka.clients.consumer.RoundRobinAssignor",
			"-X partition.assignment.strategy=roundrobin", "kgo.Balancers(kgo.RoundRobinBalancer())"
	}
	return "--consumer-property partition.assignment.strategy=org.apache.kafka.clients.consumer.CooperativeStickyAssignor",
		"-X partition.assignment.strategy=cooperative-sticky", "kgo.Balancers(kgo.CooperativeStickyBalancer())"
}
