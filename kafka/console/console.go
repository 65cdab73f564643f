// Package console is Kafka's command line: topics, groups, produce and consume, for the lab that runs on this machine and for
// any other cluster. Flags and output are those of Apache's tools where they have them.
package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"blackfriday/kafka"
	"blackfriday/kafka/connect"
	"blackfriday/kafka/phrase"
)

// Terminal is what the commands know about where they read and write.
type Terminal struct {
	In, Out bool // stdin, stdout is a terminal: somebody types, somebody looks at it
	// Visible spells out what a terminal would obey: whatever comes from a cluster was written by anybody.
	Visible func(string) string
}

// desk is what the sub-commands of one command share.
type desk struct {
	cluster  *connect.Flags
	terminal Terminal
	json     bool
}

// Commands returns topics, groups, consume and produce. newFlags makes the flags that say which cluster, for one command
// each.
func Commands(newFlags func() *connect.Flags, t Terminal) []*cobra.Command {
	return []*cobra.Command{topics(&desk{cluster: newFlags(), terminal: t}), groups(&desk{cluster: newFlags(), terminal: t}),
		consume(&desk{cluster: newFlags(), terminal: t}), produce(&desk{cluster: newFlags(), terminal: t})}
}

// Codes is what the help of a command says about its exit code.
const Codes = "Exit codes: 0 done, 1 it failed, 2 misuse, 3 not everything arrived, 4 no cluster answers."

// prepare gives a command the flags of the desk, and its sub-commands too.
func (d *desk) prepare(cmd *cobra.Command) {
	d.cluster.RegisterRunning(cmd.PersistentFlags())
	cmd.PersistentFlags().BoolVar(&d.json, "json", false, "JSON on stdout, with names that do not change")
	cmd.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return connect.Misuse(connect.FlagError(c, err)) })
}

// family is a command that does nothing by itself.
func family(use, short, long string, members ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use: use, Short: short, Long: long + "\n" + Codes,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return connect.Misuse(phrase.Errorf("%s has no sub-command %q: %s --help lists those that it has", cmd.CommandPath(), args[0], cmd.CommandPath()))
			}
			return cmd.Help()
		},
	}
	cmd.AddCommand(members...)
	return cmd
}

// run opens the cluster for as long as work lasts.
func (d *desk) run(ctx context.Context, work func(c *kafka.Cluster, whose connect.Whose) error) error {
	var cfg kafka.Config
	local, err := d.cluster.IntoRunning(&cfg)
	if err != nil {
		return connect.Misuse(err)
	}
	cluster, whose, err := connect.OpenRunning(ctx, cfg, local)
	if err != nil {
		return err
	}
	defer cluster.Close()
	return work(cluster, whose)
}

// print writes v as JSON where that is asked for, and else what plain writes.
func (d *desk) print(out io.Writer, v any, plain func(w io.Writer)) error {
	if d.json {
		return said(json.NewEncoder(out).Encode(v))
	}
	w := &careful{w: out}
	plain(w)
	return said(w.err)
}

func said(err error) error {
	if err != nil {
		return phrase.Errorf("write to stdout: %w", err)
	}
	return nil
}

// careful keeps the first error of a writer, so that whoever writes looks once.
type careful struct {
	w   io.Writer
	err error
}

// Write implements io.Writer.
func (c *careful) Write(p []byte) (int, error) {
	if c.err == nil {
		_, c.err = c.w.Write(p)
	}
	return len(p), nil
}

// table writes rows of cells in columns, as Apache's tools do. A cell is made visible.
func (d *desk) table(w io.Writer, rows ...[]any) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		for i, cell := range row {
			end := "\t"
			if i == len(row)-1 {
				end = "\n"
			}
			_, _ = fmt.Fprint(table, d.terminal.Visible(fmt.Sprint(cell)), end)
		}
	}
	_ = table.Flush() // w keeps its error
}

// named are the things that a command is about: its arguments, or what the flag says, which Apache's tools have instead.
func named(args []string, flag, value string) ([]string, error) {
	switch {
	case value == "" && len(args) == 0:
		return nil, connect.Misuse(phrase.Errorf("name what it is about, as an argument or with --%s", flag))
	case value == "":
		return args, nil
	case len(args) > 0:
		return nil, connect.Misuse(phrase.Errorf("--%s %s and %q name it twice: leave one out", flag, value, args[0]))
	}
	return []string{value}, nil
}

// oneTopic is named for a command that is about one topic.
func oneTopic(args []string, value string) (string, error) {
	list, err := named(args, "topic", value)
	if err == nil && len(list) > 1 {
		err = connect.Misuse(phrase.Errorf("it takes one at a time, not %d: %q", len(list), list))
	}
	if err != nil {
		return "", err
	}
	return list[0], nil
}

// completePatience is how long a shell may wait for the names of topics and groups.
const completePatience = 2 * time.Second

// complete offers names that the running cluster knows.
func (d *desk) complete(list func(ctx context.Context, k kafka.Console) ([]string, error)) cobra.CompletionFunc {
	return func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		ctx, cancel := context.WithTimeout(cmd.Context(), completePatience)
		defer cancel()
		var names []string
		err := d.run(ctx, func(c *kafka.Cluster, _ connect.Whose) (err error) {
			names, err = list(ctx, c.Console())
			return err
		})
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp // a shell has no room for reasons
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}

func topicNames(ctx context.Context, k kafka.Console) ([]string, error) {
	all, err := k.Topics(ctx)
	names := make([]string, len(all))
	for i, t := range all {
		names[i] = t.Name
	}
	return names, err
}

func groupNames(ctx context.Context, k kafka.Console) ([]string, error) {
	all, err := k.Groups(ctx)
	names := make([]string, len(all))
	for i, g := range all {
		names[i] = g.Name
	}
	return names, err
}

// offers completes a flag. The flag is there: the command has just made it.
func offers(cmd *cobra.Command, flag string, f cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, f); err != nil {
		cmd.PreRunE = func(*cobra.Command, []string) error { return errors.Join(phrase.Errorf("complete --%s", flag), err) }
	}
}
