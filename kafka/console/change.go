package console

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"blackfriday/kafka"
	"blackfriday/kafka/connect"
	"blackfriday/kafka/phrase"
)

func isThere(err error) bool { return errors.Is(err, kafka.ErrTopicExists) }

func (d *desk) deleteTopics() *cobra.Command {
	var topic string
	var calm bool
	cmd := &cobra.Command{
		Use: "delete TOPIC...", Short: "Delete topics with all their records",
		Long: "Deletes topics with all their records. On any cluster but the lab of this machine it asks first, unless --yes says that it may.\n" +
			"A lab that runs goes on, and waits for topics that are missing.",
		Example:           "  blackfriday topics delete payment-successful\n  kafka-topics --bootstrap-server localhost:9094 --delete --topic payment-successful",
		ValidArgsFunction: d.complete(topicNames),
		RunE: func(cmd *cobra.Command, args []string) error {
			names, err := named(args, "topic", topic)
			if err != nil {
				return err
			}
			return d.run(cmd.Context(), func(c *kafka.Cluster, whose connect.Whose) error { return d.delete(cmd, c, whose, names, calm) })
		},
	}
	cmd.Flags().StringVar(&topic, "topic", "", "its name, instead of the argument")
	cmd.Flags().BoolVar(&calm, "if-exists", false, "call it done where there is no such topic")
	offers(cmd, "topic", d.complete(topicNames))
	return cmd
}

func (d *desk) delete(cmd *cobra.Command, c *kafka.Cluster, whose connect.Whose, names []string, calm bool) error {
	all, err := c.Console().Describe(cmd.Context(), names...)
	done := deletedTopics{Deleted: []string{}}
	if err == nil {
		question := phrase.New("The topics %s with all their records are deleted from somebody's Kafka: %s.",
			strings.Join(names, ", "), where(c))
		if err := d.agree(cmd, whose, question); err != nil {
			return err
		}
		err = c.Console().Delete(cmd.Context(), all...)
		done.Deleted = names
	}
	if calm && errors.Is(err, kafka.ErrNoTopic) {
		done.Deleted, err = []string{}, nil
	}
	if err != nil {
		return err
	}
	return d.print(cmd.OutOrStdout(), done, func(w io.Writer) {
		for _, name := range done.Deleted {
			_, _ = fmt.Fprintln(w, phrase.New("Deleted topic %s.", name).In(phrase.Of(cmd.Context())))
		}
	})
}

func (d *desk) recreateTopic() *cobra.Command {
	var topic string
	var partitions int
	cmd := &cobra.Command{
		Use: "recreate TOPIC", Short: "Delete a topic and create it anew, empty",
		Long: "Deletes a topic with all its records and creates it anew, with the settings that it had: that is how a topic gets\n" +
			"fewer partitions. On any cluster but the lab of this machine it asks first, unless --yes says that it may.",
		Example:           "  blackfriday topics recreate payment-successful --partitions 3",
		ValidArgsFunction: d.complete(topicNames),
		RunE: func(cmd *cobra.Command, args []string) error {
			name, err := oneTopic(args, topic)
			if err != nil {
				return err
			}
			if err := positive(cmd, "partitions"); err != nil {
				return err
			}
			return d.run(cmd.Context(), func(c *kafka.Cluster, whose connect.Whose) error { return d.recreate(cmd, c, whose, name, partitions) })
		},
	}
	cmd.Flags().StringVar(&topic, "topic", "", "its name, instead of the argument")
	cmd.Flags().IntVar(&partitions, "partitions", 0, "how many partitions the new one has (default: as many as the old one)")
	offers(cmd, "topic", d.complete(topicNames))
	return cmd
}

func (d *desk) recreate(cmd *cobra.Command, c *kafka.Cluster, whose connect.Whose, name string, partitions int) error {
	k := c.Console()
	described, err := k.Describe(cmd.Context(), name)
	if err != nil {
		return err
	}
	question := phrase.New("The topic %s with all its records is deleted from somebody's Kafka, and created anew: %s.", name, where(c))
	if err := d.agree(cmd, whose, question); err != nil {
		return err
	}
	if err := k.Recreate(cmd.Context(), described[0], partitions); err != nil {
		return err
	}
	return d.report(cmd, k, name, func(t topicJSON) (any, phrase.Phrase) {
		return t, phrase.New("Recreated topic %s: %s, replication factor %d, no records.", t.Name,
			phrase.Count(int64(t.Partitions), "%s partition", "%s partitions"), t.Replicas)
	})
}

// agree asks before something is changed that is not the lab's on this machine.
func (d *desk) agree(cmd *cobra.Command, whose connect.Whose, question phrase.Phrase) error {
	if whose == connect.Lab {
		return nil
	}
	return d.cluster.Confirm(cmd.Context(), question.In(phrase.Of(cmd.Context())))
}

// where names a cluster.
func where(c *kafka.Cluster) phrase.Phrase {
	return phrase.New("cluster %s, reached at %s", c.ID(), strings.Join(c.Brokers(), ", "))
}
