package console

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"blackfriday/kafka"
	"blackfriday/kafka/connect"
	"blackfriday/kafka/phrase"
)

func topics(d *desk) *cobra.Command {
	cmd := family("topics", "List, create, describe, delete and recreate topics",
		"Works with the topics of the lab that runs on this machine, or of a cluster named with --brokers.",
		d.listTopics(), d.createTopic(), d.describeTopics(), d.deleteTopics(), d.recreateTopic())
	d.prepare(cmd)
	return cmd
}

func (d *desk) listTopics() *cobra.Command {
	noInternal := false
	cmd := &cobra.Command{
		Use: "list", Short: "List the topics, a name on each line", Args: none,
		Example: "  blackfriday topics list\n  kafka-topics --bootstrap-server localhost:9094 --list",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return d.run(cmd.Context(), func(c *kafka.Cluster, _ connect.Whose) error {
				all, err := c.Console().Topics(cmd.Context())
				if err != nil {
					return err
				}
				list := topicList{Topics: []topicJSON{}}
				for _, t := range all {
					if !t.Internal || !noInternal {
						list.Topics = append(list.Topics, topicJSON{t.Name, t.ID, t.Internal, len(t.Partitions), t.Replicas()})
					}
				}
				return d.print(cmd.OutOrStdout(), list, func(w io.Writer) {
					for _, t := range list.Topics {
						_, _ = fmt.Fprintln(w, t.Name)
					}
				})
			})
		},
	}
	cmd.Flags().BoolVar(&noInternal, "exclude-internal", false, "leave out Kafka's own topics, such as __consumer_offsets")
	return cmd
}

func (d *desk) createTopic() *cobra.Command {
	var topic string
	var wanted kafka.NewTopic
	var calm bool
	var settings []string
	cmd := &cobra.Command{
		Use: "create TOPIC", Short: "Create a topic",
		Example: "  blackfriday topics create payment-successful --partitions 1 --replication-factor 1\n" +
			"  kafka-topics --bootstrap-server localhost:9094 --create --topic payment-successful --partitions 1 --replication-factor 1",
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if wanted.Name, err = oneTopic(args, topic); err != nil {
				return err
			}
			if wanted.Settings, err = pairs(settings); err != nil {
				return err
			}
			if err := positive(cmd, "partitions", "replication-factor"); err != nil {
				return err
			}
			return d.run(cmd.Context(), func(c *kafka.Cluster, whose connect.Whose) error { return d.create(cmd, c, whose, wanted, calm) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&topic, "topic", "", "its name, instead of the argument")
	f.IntVar(&wanted.Partitions, "partitions", 0, "how many partitions (default: as many as the brokers give a topic)")
	f.IntVar(&wanted.Replicas, "replication-factor", 0, "on how many brokers each is kept (default: what the brokers say)")
	f.StringArrayVar(&settings, "config", nil, "a setting of the topic, NAME=VALUE; may be given again")
	f.BoolVar(&calm, "if-not-exists", false, "leave a topic that is there as it is, and call that done")
	return cmd
}

func (d *desk) create(cmd *cobra.Command, c *kafka.Cluster, whose connect.Whose, wanted kafka.NewTopic, calm bool) error {
	if whose == connect.Hidden { // on one that was named, what is written is meant
		question := phrase.New("The topic %s is created on somebody's Kafka: %s.", wanted.Name, where(c))
		if err := d.agree(cmd, whose, question); err != nil {
			return err
		}
	}
	k := c.Console()
	err := k.Create(cmd.Context(), wanted)
	there := isThere(err)
	if err != nil && (!there || !calm) {
		return err
	}
	return d.report(cmd, k, wanted.Name, func(t topicJSON) (any, phrase.Phrase) {
		said := phrase.New("Created topic %s.", t.Name)
		if there {
			said = phrase.New("The topic %s is there already.", t.Name)
		}
		return madeTopic{t, !there}, said
	})
}

// report describes a topic that was just made, and says what was done.
func (d *desk) report(cmd *cobra.Command, k kafka.Console, name string, say func(topicJSON) (any, phrase.Phrase)) error {
	described, err := k.Describe(cmd.Context(), name)
	if err != nil {
		return err
	}
	t := described[0]
	v, said := say(topicJSON{t.Name, t.ID, t.Internal, len(t.Partitions), t.Replicas()})
	return d.print(cmd.OutOrStdout(), v, func(w io.Writer) { _, _ = fmt.Fprintln(w, said.In(phrase.Of(cmd.Context()))) })
}

func (d *desk) describeTopics() *cobra.Command {
	var topic string
	cmd := &cobra.Command{
		Use: "describe [TOPIC...]", Short: "Show partitions, leaders, replicas and settings",
		Long:              "Shows partitions, leaders, replicas, replicas in sync and settings of topics, of all without a name.",
		Example:           "  blackfriday topics describe payment-successful\n  kafka-topics --bootstrap-server localhost:9094 --describe --topic payment-successful",
		ValidArgsFunction: d.complete(topicNames),
		RunE: func(cmd *cobra.Command, args []string) error {
			return d.run(cmd.Context(), func(c *kafka.Cluster, _ connect.Whose) (err error) {
				k := c.Console()
				if topic == "" && len(args) == 0 {
					args, err = topicNames(cmd.Context(), k)
				} else {
					args, err = named(args, "topic", topic)
				}
				if err != nil {
					return err
				}
				all, err := k.Describe(cmd.Context(), args...)
				if err != nil {
					return err
				}
				return d.print(cmd.OutOrStdout(), newDescriptions(all), func(w io.Writer) { d.describe(w, all) })
			})
		},
	}
	cmd.Flags().StringVar(&topic, "topic", "", "its name, instead of the argument")
	offers(cmd, "topic", d.complete(topicNames))
	return cmd
}

// describe writes topics as kafka-topics --describe does.
func (d *desk) describe(w io.Writer, all []kafka.TopicDescription) {
	for _, t := range all {
		settings := make([]string, len(t.Settings))
		for i, s := range t.Settings {
			settings[i] = s.Name + "=" + s.Value
		}
		_, _ = fmt.Fprintf(w, "Topic: %s\tTopicId: %s\tPartitionCount: %d\tReplicationFactor: %d\tConfigs: %s\n",
			t.Name, t.ID, len(t.Partitions), t.Replicas(), d.terminal.Visible(strings.Join(settings, ",")))
		for _, p := range t.Partitions {
			leader := "none"
			if p.Leader >= 0 {
				leader = strconv.Itoa(int(p.Leader))
			}
			_, _ = fmt.Fprintf(w, "\tTopic: %s\tPartition: %d\tLeader: %s\tReplicas: %s\tIsr: %s\n", t.Name, p.Partition, leader, nodes(p.Replicas), nodes(p.ISR))
		}
	}
}

func nodes(ids []int32) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = strconv.Itoa(int(id))
	}
	return strings.Join(words, ",")
}

// pairs reads NAME=VALUE.
func pairs(texts []string) (map[string]string, error) {
	all := map[string]string{}
	for _, text := range texts {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" {
			return nil, connect.Misuse(phrase.Errorf("--config %q: it takes NAME=VALUE, such as retention.ms=60000", text))
		}
		all[name] = value
	}
	return all, nil
}

// positive refuses flags that were set to less than 1.
func positive(cmd *cobra.Command, flags ...string) error {
	for _, name := range flags {
		f := cmd.Flags().Lookup(name)
		if n, err := strconv.Atoi(f.Value.String()); f.Changed && (err != nil || n < 1 || n > mostOf(name)) {
			return connect.Misuse(phrase.Errorf("--%s %s: between 1 and %d", name, f.Value, mostOf(name)))
		}
	}
	return nil
}

// mostOf is the largest value of a flag: a typing error must not ask a cluster for a million partitions.
func mostOf(flag string) int {
	if flag == "replication-factor" {
		return 1000
	}
	return 10_000
}

// none takes no arguments.
func none(cmd *cobra.Command, args []string) error { return connect.Misuse(cobra.NoArgs(cmd, args)) }
