package console

import (
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"blackfriday/kafka"
	"blackfriday/kafka/connect"
	"blackfriday/kafka/phrase"
)

func groups(d *desk) *cobra.Command {
	cmd := family("groups", "List and describe consumer groups",
		"Looks at the consumer groups of the lab that runs on this machine, or of a cluster named with --brokers.",
		d.listGroups(), d.describeGroups())
	d.prepare(cmd)
	return cmd
}

func (d *desk) listGroups() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the consumer groups, a name on each line", Args: none,
		Example: "  blackfriday groups list\n  kafka-consumer-groups --bootstrap-server localhost:9094 --list",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return d.run(cmd.Context(), func(c *kafka.Cluster, _ connect.Whose) error {
				all, err := c.Console().Groups(cmd.Context())
				if err != nil {
					return err
				}
				list := groupList{Groups: []groupJSON{}}
				for _, g := range all {
					list.Groups = append(list.Groups, groupJSON{g.Name, g.State, g.Type, known(g.Coordinator)})
				}
				return d.print(cmd.OutOrStdout(), list, func(w io.Writer) {
					for _, g := range all {
						_, _ = fmt.Fprintln(w, d.terminal.Visible(g.Name))
					}
				})
			})
		},
	}
}

func (d *desk) describeGroups() *cobra.Command {
	var group string
	var members, state bool
	cmd := &cobra.Command{
		Use: "describe GROUP...", Short: "Show how far a group has come, and who reads what",
		Long:              "Shows, for each partition, what the group has committed, where the partition ends, the lag between them, and who reads it.",
		Example:           "  blackfriday groups describe order-service-group\n  kafka-consumer-groups --bootstrap-server localhost:9094 --describe --group order-service-group",
		ValidArgsFunction: d.complete(groupNames),
		RunE: func(cmd *cobra.Command, args []string) error {
			names, err := named(args, "group", group)
			if err != nil {
				return err
			}
			if members && state {
				return connect.Misuse(phrase.Errorf("--members and --state show two things: leave one out"))
			}
			table := positionRows
			switch {
			case members:
				table = memberRows
			case state:
				table = stateRows
			}
			return d.run(cmd.Context(), func(c *kafka.Cluster, _ connect.Whose) error { return d.describeEach(cmd, c.Console(), names, table) })
		},
	}
	cmd.Flags().StringVar(&group, "group", "", "its name, instead of the argument")
	cmd.Flags().BoolVar(&members, "members", false, "show the members")
	cmd.Flags().BoolVar(&state, "state", false, "show the state of the group")
	offers(cmd, "group", d.complete(groupNames))
	return cmd
}

func (d *desk) describeEach(cmd *cobra.Command, k kafka.Console, names []string, table func(kafka.GroupDescription) [][]any) error {
	all := make([]kafka.GroupDescription, len(names))
	list := groupDescriptions{Groups: make([]groupDescription, len(names))}
	for i, name := range names {
		var err error
		if all[i], err = k.Group(cmd.Context(), name); err != nil {
			return err
		}
		list.Groups[i] = newGroup(all[i])
	}
	for _, g := range all {
		if len(g.Members) == 0 {
			said := phrase.New("The group %s has no members now.", d.terminal.Visible(g.Name))
			_, _ = fmt.Fprintln(cmd.ErrOrStderr(), said.In(phrase.Of(cmd.Context())))
		}
	}
	return d.print(cmd.OutOrStdout(), list, func(w io.Writer) {
		for i, g := range all {
			if i > 0 {
				_, _ = fmt.Fprintln(w)
			}
			d.table(w, table(g)...)
		}
	})
}

// The tables of Apache's kafka-consumer-groups --describe.

func positionRows(g kafka.GroupDescription) [][]any {
	rows := [][]any{{"GROUP", "TOPIC", "PARTITION", "CURRENT-OFFSET", "LOG-END-OFFSET", "LAG", "CONSUMER-ID", "HOST", "CLIENT-ID"}}
	for _, p := range g.Positions {
		id, host, client := "-", "-", "-"
		if p.Member != nil {
			id, host, client = p.Member.MemberID, p.Member.Host, p.Member.ClientID
		}
		rows = append(rows, []any{g.Name, p.Topic, p.Partition, number(p.Committed), number(p.End), number(p.Lag()), id, host, client})
	}
	return rows
}

func memberRows(g kafka.GroupDescription) [][]any {
	rows := [][]any{{"GROUP", "CONSUMER-ID", "HOST", "CLIENT-ID", "#PARTITIONS"}}
	for _, m := range g.Members {
		count := 0
		for _, partitions := range m.Partitions {
			count += len(partitions)
		}
		rows = append(rows, []any{g.Name, m.MemberID, m.Host, m.ClientID, count})
	}
	return rows
}

func stateRows(g kafka.GroupDescription) [][]any {
	return [][]any{{"GROUP", "COORDINATOR (ID)", "ASSIGNMENT-STRATEGY", "STATE", "#MEMBERS"},
		{g.Name, number(int64(g.Coordinator)), g.Protocol, g.State, len(g.Members)}}
}

// number is a dash for what is not known.
func number(n int64) string {
	if n < 0 {
		return "-"
	}
	return strconv.FormatInt(n, 10)
}
