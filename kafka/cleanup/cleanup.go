// Package cleanup is the lab's last step on a cluster that somebody else runs: it deletes what the lab made there.
package cleanup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"blackfriday/kafka"
	"blackfriday/kafka/connect"
	"blackfriday/kafka/phrase"
)

// Command returns `cleanup`, which deletes what labs made on the cluster that the flags name, once somebody agreed.
func Command(cluster *connect.Flags) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "cleanup",
		Short: "Delete from a real cluster what labs made there",
		Long: "Deletes the topics and groups that labs made on a real cluster under this --topic-prefix, and nothing else.\n" +
			"It lists them and asks first. While a lab or a service works with them it deletes nothing. What was interrupted goes\n" +
			"on when it is called again. It sees members of groups, and labs and payment services of blackfriday by a sign of life that is\n" +
			"15 s old at most. Other producers it does not see: stop them first.",
		Example: "  blackfriday cleanup --brokers kafka1:9092 --topic-prefix monday.",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var cfg kafka.Config
			if err := cluster.Into(&cfg); err != nil {
				return err
			}
			if len(cfg.Brokers) == 0 {
				return phrase.Errorf("cleanup is for a real cluster, name it with --brokers: the embedded one is gone with its lab")
			}
			return Run(cmd.Context(), cfg, cluster.Confirm, cmd.OutOrStdout())
		},
	}
	cluster.Register(cmd.Flags())
	for name, usage := range map[string]string{
		"brokers":      "real cluster to clean up, host:port[,host:port] (default $" + connect.BrokersVariable + ")",
		"topic-prefix": "stands before the names of what is deleted: that of the labs that made it",
		"yes":          "delete without asking first",
	} {
		cmd.Flags().Lookup(name).Usage = usage
	}
	return cmd
}

// Run cleans up the cluster of cfg once confirm, which is shown what will be deleted, agrees. It writes what it did to out.
func Run(ctx context.Context, cfg kafka.Config, confirm func(ctx context.Context, question string) error, out io.Writer) error {
	cluster, err := kafka.Open(ctx, cfg)
	if err != nil {
		return err
	}
	defer cluster.Close()
	plan, err := cluster.Belongings(ctx)
	if err != nil {
		return err
	}
	if err := plan.Vacant(); err != nil {
		return err
	}
	if len(plan.Topics)+len(plan.Groups) > 0 {
		if err := confirm(ctx, question(plan, phrase.Of(ctx))); err != nil {
			return err
		}
	}
	err = cluster.CleanUp(ctx, plan)
	if errors.Is(err, kafka.ErrInUse) {
		return err
	}
	said := phrase.New("Nothing that a lab made is left on %s%s.", plan.Where(), under(plan.Prefix))
	if err != nil {
		said = phrase.New("Some of what a lab made is left on %s%s.", plan.Where(), under(plan.Prefix))
	}
	if _, outErr := fmt.Fprintln(out, said.In(phrase.Of(ctx))); outErr != nil {
		err = errors.Join(err, phrase.Errorf("say what was deleted: %w", outErr))
	}
	return err
}

func under(prefix string) phrase.Phrase {
	if prefix == "" {
		return phrase.Phrase{}
	}
	return phrase.New(" under the prefix %q", prefix)
}

// question lists what will be deleted, and what will not.
func question(p kafka.Plan, l *phrase.Language) string {
	lines := []phrase.Phrase{phrase.New("What labs made on somebody's Kafka: %s.", p.Where())}
	var stays []phrase.Phrase
	for _, t := range p.Topics {
		switch name := p.Prefix + t.Name; t.Standing {
		case kafka.Made:
			lines = append(lines, phrase.New("  delete topic %s with all its records", name))
		case kafka.Found:
			stays = append(stays, phrase.New("  leave  topic %s: somebody created it anew", name))
		case kafka.Missing:
		}
	}
	for _, g := range p.Groups {
		if g.Standing == kafka.Made {
			lines = append(lines, phrase.New("  delete group %s with its offsets", p.Prefix+g.Name))
		}
	}
	var b strings.Builder
	for _, line := range append(lines, stays...) {
		b.WriteString(line.In(l) + "\n")
	}
	return b.String()
}
