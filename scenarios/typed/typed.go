// Package typed says what somebody would type to do without the dashboard what a key of it does, or to see what a page of it
// shows: with Apache's own tools, with kcat, with this program's console, and in Go with franz-go. Every line works as it
// stands against the lab of the picture that it was made from.
package typed

import (
	"cmp"
	"go/format"
	"slices"
	"strings"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
	"blackfriday/services/lab"
)

// Tool is with what something is typed.
type Tool string

// The tools, in the order of a Card. Apache's are named as their scripts are in most packages; in Apache's own archive they
// are in bin/ and end in .sh.
const (
	Apache  Tool = "Apache Kafka"
	Kcat    Tool = "kcat"
	Console Tool = "blackfriday"
	FranzGo Tool = "franz-go"
)

// Tools lists every Tool in the order in which a Card has them.
func Tools() []Tool { return []Tool{Apache, Kcat, Console, FranzGo} }

// Entry is what is typed with one tool.
type Entry struct {
	Tool Tool
	// Lines are commands for a shell, one after the other; of FranzGo, they are the statements of a Go function. Where the
	// tool cannot do it there are none.
	Lines []string
	// Note is what is to be known besides: why a tool cannot do it, first of all. It may be empty.
	Note phrase.Phrase
	// Stays: the last command goes on until Ctrl+C.
	Stays bool
}

// Text is what is copied: the commands, a line each; of FranzGo, a whole program.
func (e Entry) Text() string {
	text := strings.Join(e.Lines, "\n")
	if e.Tool != FranzGo || len(e.Lines) == 0 {
		return text
	}
	return program(text)
}

// program is a whole Go program around the statements of a function that may return an error.
func program(body string) string {
	var imports, ours []string
	for _, name := range []string{"context", "fmt", "log", "os", "strings", "time"} {
		if name == "context" || name == "log" || strings.Contains(body, name+".") {
			imports = append(imports, `"`+name+`"`)
		}
	}
	for _, name := range []string{"kadm", "kgo"} {
		if strings.Contains(body, name+".") {
			ours = append(ours, `"github.com/twmb/franz-go/pkg/`+name+`"`)
		}
	}
	source := "package main\n\nimport (\n" + strings.Join(imports, "\n") + "\n\n" + strings.Join(ours, "\n") + "\n)\n\n" +
		"func main() {\nif err := run(context.Background()); err != nil {\nlog.Fatal(err)\n}\n}\n\n" +
		"func run(ctx context.Context) error {\n" + body + "\n}\n"
	if formatted, err := format.Source([]byte(source)); err == nil {
		return string(formatted)
	}
	return source // a test compiles each
}

// Card is what would be typed for one thing.
type Card struct {
	About   phrase.Phrase // what for: "flood the topic with 1,000 payments"
	Entries []Entry       // one for each Tool, in their order
}

// Page is what a page of the dashboard shows.
type Page string

// The pages.
const (
	Dashboard  Page = "dashboard"
	Consumers  Page = "consumers"
	Topics     Page = "topics"
	Partitions Page = "partitions"
	Rebalances Page = "rebalances"
	Lanes      Page = "lanes"
	Ledger     Page = "ledger"
	Letters    Page = "letters"
	Messages   Page = "messages"
	Brokers    Page = "brokers"
	Write      Page = "write" // no page shows it: a step of the course asks for it
)

// Pages lists every Page.
func Pages() []Page {
	return []Page{Dashboard, Consumers, Topics, Partitions, Rebalances, Lanes, Ledger, Letters, Messages, Brokers, Write}
}

// Question is what somebody would like to do or to see.
type Question struct {
	Command lab.Command // what a key did; nil: none
	Redrive bool        // dead letters were sent again, which no Command does
	Page    Page        // where there is neither
	Topic   string      // of the page of the messages; empty: that of the payments
	Program string      // what this program is called as; empty: blackfriday
}

// For says what would be typed in the lab of a picture.
func For(s *lab.Snapshot, q Question) Card {
	d := newDesk(s, q.Program)
	var c Card
	switch {
	case q.Redrive:
		c = d.redrive()
	case q.Command != nil:
		c = d.command(s, q.Command)
	default:
		c = d.page(s, q)
	}
	for _, tool := range Tools() { // each has its place, also where nothing is to be said
		if !slices.ContainsFunc(c.Entries, func(e Entry) bool { return e.Tool == tool }) {
			c.Entries = append(c.Entries, Entry{Tool: tool})
		}
	}
	slices.SortStableFunc(c.Entries, func(a, b Entry) int { return slices.Index(Tools(), a.Tool) - slices.Index(Tools(), b.Tool) })
	return c
}

// desk knows where the lab is and how its names are spelled there.
type desk struct {
	at        string // one broker, host:port
	prefix    string
	elsewhere bool // our console has to be told where
	yes       bool // and would ask before it writes, without a reason: the cluster is a lab's
	real      bool // the cluster is somebody's
	protocol  kafka.Protocol
	program   string // as our console is called
}

// newDesk reads a picture. One broker that answers is enough for every tool to find the others.
func newDesk(s *lab.Snapshot, program string) desk {
	d := desk{at: local, prefix: s.Cluster.Prefix, protocol: protocolOf(s.Settings.Protocol), program: cmp.Or(program, own)}
	down := func(address string) bool {
		return slices.ContainsFunc(s.Brokers, func(b lab.Broker) bool { return b.Address == address && b.State != lab.BrokerUp })
	}
	if len(s.Cluster.Brokers) > 0 {
		d.at = s.Cluster.Brokers[0]
		if i := slices.IndexFunc(s.Cluster.Brokers, func(address string) bool { return !down(address) }); i > 0 {
			d.at = s.Cluster.Brokers[i]
		}
	}
	d.elsewhere = d.at != local || d.prefix != ""
	d.real = s.Cluster.Kind() == lab.ClusterReal
	d.yes = d.elsewhere && !d.real
	return d
}

// own is what this program is called as where it is installed.
const own = "blackfriday"

// local is where our console looks for a lab by itself.
const local = "localhost:9094"

// protocolOf is the protocol that a picture names.
func protocolOf(shown string) kafka.Protocol {
	if shown == "KIP-848" {
		return kafka.ConsumerProtocol
	}
	return kafka.Protocol(shown)
}
