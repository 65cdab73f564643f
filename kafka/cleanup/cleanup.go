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
)

// Command returns `cleanup`, which deletes what labs made on the cluster that the flags name, once somebody agreed.
func Command(cluster *connect.Flags) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "cleanup",
		Short: "Delete from a real cluster what labs made there",
		Long: "Deletes the topics and groups that labs made on a real cluster under this --topic-prefix, and nothing else.\n" +
			"It lists them and asks first. While a lab or a service works with them it deletes nothing. What was interrupted goes\n" +
			"on when it is called again. It sees members of groups, and payment services of blackfriday by a sign of life that is\n" +
			"15 s old at most. Other producers it does not see: stop them first.",
		Example: "  blackfriday cleanup --brokers kafka1:9092 --topic-prefix monday.",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var cfg kafka.Config
			if err := cluster.Into(&cfg); err != nil {
				return err
			}
			if len(cfg.Brokers) == 0 {
				return errors.New("cleanup is for a real cluster, name it with --brokers: the embedded one is gone with its lab")
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
		if err := confirm(ctx, question(plan)); err != nil {
			return err
		}
	}
	err = cluster.CleanUp(ctx, plan)
	if errors.Is(err, kafka.ErrInUse) {
		return err
	}
	said := "Nothing that a lab made is left"
	if err != nil {
		said = "Some of what a lab made is left"
	}
	if _, outErr := fmt.Fprintf(out, "%s on %s%s.\n", said, plan.Where(), under(plan.Prefix)); outErr != nil {
		err = errors.Join(err, fmt.Errorf("say what was deleted: %w", outErr))
	}
	return err
}

func under(prefix string) string {
	if prefix == "" {
		return ""
	}
	return fmt.Sprintf(" under the prefix %q", prefix)
}

// question lists what will be deleted, and what will not.
func question(p kafka.Plan) string {
	var goes, stays []string
	for _, t := range p.Topics {
		name := "topic " + p.Prefix + t.Name
		switch t.Standing {
		case kafka.Made:
			goes = append(goes, name+" with all its records")
		case kafka.Found:
			stays = append(stays, name+": somebody created it anew")
		case kafka.Missing:
		}
	}
	for _, g := range p.Groups {
		name := "group " + p.Prefix + g.Name
		if g.Standing == kafka.Made {
			goes = append(goes, name+" with its offsets")
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "What labs made on somebody's Kafka: %s.\n", p.Where())
	list(&b, "  delete ", goes)
	list(&b, "  leave  ", stays)
	return b.String()
}

func list(b *strings.Builder, what string, names []string) {
	for _, name := range names {
		b.WriteString(what + name + "\n")
	}
}
