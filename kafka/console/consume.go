package console

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"blackfriday/kafka"
	"blackfriday/kafka/connect"
	"blackfriday/kafka/phrase"
)

// consumption is what `consume` was asked for.
type consumption struct {
	*desk
	stream       kafka.StreamConfig
	most         int64
	patience     time.Duration
	keys, extras bool
	isolation    string
	alone        string    // under what name it leaves its position where it reads without a group; empty: nowhere
	left         time.Time // when it did so last
}

func consume(d *desk) *cobra.Command {
	var topic string
	c := &consumption{desk: d}
	cmd := &cobra.Command{
		Use: "consume TOPIC", Short: "Print the messages of a topic as they come",
		Long: "Prints the values of a topic's messages, a line each, until Ctrl+C: those that are written from now on, or all of them\n" +
			"with --from-beginning. On a terminal what a terminal would obey is spelled out; in a pipe the bytes go through as they are.\n" +
			"With --max-messages and --timeout it ends with 3 when not all came in time.\n" + Codes,
		Example: "  blackfriday consume payment-successful --from-beginning\n" +
			"  blackfriday consume order-created --from-beginning --max-messages 10 --json\n" +
			"  kafka-console-consumer --bootstrap-server localhost:9094 --topic payment-successful --from-beginning",
		ValidArgsFunction: d.complete(topicNames),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if c.stream.Topic, err = oneTopic(args, topic); err != nil {
				return err
			}
			if err := c.check(cmd); err != nil {
				return connect.Misuse(err)
			}
			return d.run(cmd.Context(), func(cluster *kafka.Cluster, _ connect.Whose) error { return c.run(cmd, cluster) })
		},
	}
	d.prepare(cmd)
	f := cmd.Flags()
	f.StringVar(&topic, "topic", "", "its name, instead of the argument")
	f.BoolVar(&c.stream.FromBeginning, "from-beginning", false, "begin with the first message that is there")
	f.Int64Var(&c.most, "max-messages", 0, "end after so many (default: go on until Ctrl+C)")
	f.DurationVar(&c.patience, "timeout", 0, "end when nothing comes for so long, such as 5s (default: never)")
	f.Int32Var(&c.stream.Partition, "partition", -1, "read this partition only")
	f.StringVar(&c.stream.Group, "group", "", "join this consumer group, and commit what is printed (default: none; only the position is left, as console-consumer-N)")
	f.StringVar(&c.isolation, "isolation-level", "read_uncommitted", "read_committed passes over what transactions have not committed")
	f.BoolVar(&c.keys, "key", false, "print the key and a tab before each value")
	f.BoolVar(&c.extras, "headers", false, "print the headers and a tab before each")
	offers(cmd, "topic", d.complete(topicNames))
	offers(cmd, "group", d.complete(groupNames))
	return cmd
}

func (c *consumption) check(cmd *cobra.Command) error {
	set := cmd.Flags().Changed
	switch c.isolation {
	case "read_uncommitted":
	case "read_committed":
		c.stream.Committed = true
	default:
		return phrase.Errorf("--isolation-level %s: there are read_uncommitted and read_committed", c.isolation)
	}
	switch {
	case set("max-messages") && c.most < 1:
		return phrase.Errorf("--max-messages %d: at least 1", c.most)
	case set("timeout") && c.patience <= 0:
		return phrase.Errorf("--timeout %v: more than 0s", c.patience)
	case set("partition") && c.stream.Partition < 0:
		return phrase.Errorf("--partition %d: they count from 0", c.stream.Partition)
	case set("partition") && c.stream.Group != "":
		return phrase.Errorf("--partition and --group: a group gives its members their partitions, leave one out")
	}
	return nil
}

// run prints until ctx ends, enough has come, or nothing comes any more, and says on stderr how many there were.
func (c *consumption) run(cmd *cobra.Command, cluster *kafka.Cluster) error {
	if c.stream.Group != "" {
		c.terminal.name(cmd, cluster, phrase.New("Joins %s and commits there", c.stream.Group))
	}
	stream, err := cluster.NewStream(cmd.Context(), "blackfriday-consume", c.stream)
	if err != nil {
		return err
	}
	defer stream.Close()
	if c.stream.Group == "" && c.stream.Partition < 0 {
		c.alone = fmt.Sprintf("console-consumer-%d", rand.IntN(90_000)+10_000)
	}
	count, err := c.pump(cmd.Context(), stream, cmd.OutOrStdout())
	c.remember(context.WithoutCancel(cmd.Context()), stream, true)
	_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "Processed a total of %d messages\n", count) // Apache's words
	return err
}

// errQuiet is the cause of a wait that was too long.
var errQuiet = phrase.Errorf("nothing came in time")

func (c *consumption) pump(ctx context.Context, stream *kafka.Stream, out io.Writer) (count int64, err error) {
	w := bufio.NewWriter(out)
	for {
		waiting, stop := c.wait(ctx)
		records, err := stream.Poll(waiting)
		quiet := errors.Is(context.Cause(waiting), errQuiet)
		stop()
		if err != nil {
			return count, err
		}
		for _, r := range records {
			if err := c.write(w, r); err != nil {
				return count, said(err)
			}
			stream.Done(r)
			if count++; count == c.most {
				return count, said(w.Flush())
			}
		}
		if err := w.Flush(); err != nil {
			return count, said(err)
		}
		c.remember(ctx, stream, false)
		switch {
		case quiet && len(records) == 0 && c.most > 0:
			return count, connect.Short(phrase.Errorf("%d of %d messages came; nothing more came within %v", count, c.most, c.patience))
		case ctx.Err() != nil, quiet && len(records) == 0:
			return count, nil //nolint:nilerr // Ctrl+C is how it ends
		}
	}
}

// rememberEvery is how often whoever reads without a group leaves its position, as kafka-console-consumer does.
const rememberEvery = time.Second

// remember leaves how far it has come under a name like those of kafka-console-consumer, which joins a group of its own each time:
// so whoever looks at the groups sees that somebody has read. Who may not do that reads all the same.
func (c *consumption) remember(ctx context.Context, stream *kafka.Stream, last bool) {
	if c.alone == "" || !last && time.Since(c.left) < rememberEvery {
		return
	}
	c.left = time.Now()
	if stream.Remember(ctx, c.alone) != nil {
		c.alone = ""
	}
}

// wait is how long the next message is waited for.
func (c *consumption) wait(ctx context.Context) (context.Context, context.CancelFunc) {
	if c.patience == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(ctx, c.patience, errQuiet)
}

// write writes one message as kafka-console-consumer does: headers, key and value with tabs between them.
func (c *consumption) write(w io.Writer, r *kafka.Record) error {
	if c.json {
		return json.NewEncoder(w).Encode(newRecord(r))
	}
	var parts []string
	if c.extras {
		parts = append(parts, headers(r))
	}
	if c.keys {
		parts = append(parts, orNull(r.Key))
	}
	parts = append(parts, orNull(r.Value))
	if c.terminal.Out {
		for i, part := range parts {
			parts[i] = c.terminal.Visible(part)
		}
	}
	_, err := io.WriteString(w, strings.Join(parts, "\t")+"\n")
	return err
}

func headers(r *kafka.Record) string {
	if len(r.Headers) == 0 {
		return "NO_HEADERS"
	}
	words := make([]string, len(r.Headers))
	for i, h := range r.Headers {
		words[i] = h.Key + ":" + orNull(h.Value)
	}
	return strings.Join(words, ",")
}

func orNull(b []byte) string {
	if b == nil {
		return "null"
	}
	return string(b)
}
