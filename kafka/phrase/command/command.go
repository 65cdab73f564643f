// Package command has Cobra's commands speak the language of their user: their help, their flags, and what Cobra itself says
// about a command line.
package command

import (
	"bytes"
	"io"
	"os"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"blackfriday/kafka/phrase"
)

// Flag is the flag that says the language.
const Flag = "lang"

// Language is the name of the language that a command line asks for with Flag, and otherwise when it does not. It must be
// known before the command line is read, for help and mistakes are said in it, too.
func Language(args []string, otherwise string) string {
	name := otherwise
	for i, arg := range args {
		if arg == "--" {
			break
		}
		if value, ok := strings.CutPrefix(arg, "--"+Flag+"="); ok {
			name = value
		} else if arg == "--"+Flag && i+1 < len(args) {
			name = args[i+1]
		}
	}
	return name
}

// Translate has a command, and all below it, say their help in a language; nil is English. It comes before the command runs,
// and after it has all its commands and flags.
func Translate(root *cobra.Command, l *phrase.Language) {
	if l == nil {
		return
	}
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	version := root.Version
	root.Version = "-" // without one Cobra makes no flag
	root.InitDefaultVersionFlag()
	root.Version = version
	translate(root, l)
	root.SetOut(headings{os.Stdout, l})
	for _, c := range root.Commands() {
		c.SetOut(os.Stdout)
		c.SetHelpFunc(func(c *cobra.Command, args []string) {
			out := c.OutOrStdout()
			defer c.SetOut(out)
			c.SetOut(headings{os.Stdout, l})
			root.HelpFunc()(c, args)
		})
	}
}

// translate replaces the texts of a command, and of those below it.
func translate(c *cobra.Command, l *phrase.Language) {
	c.InitDefaultHelpFlag()
	for _, text := range []*string{&c.Short, &c.Long, &c.Example} {
		*text = said(l, *text)
	}
	for _, set := range []*pflag.FlagSet{c.Flags(), c.PersistentFlags()} {
		set.VisitAll(func(f *pflag.Flag) { f.Usage = said(l, f.Usage) })
	}
	for _, below := range c.Commands() {
		translate(below, l)
	}
}

// said is an English text of help in a language: as a whole, or its parts of some lines that have a translation, from the
// longest on. In a list the names are no part of what is translated.
func said(l *phrase.Language, text string) string {
	lines := strings.SplitAfter(text, "\n")
	var b strings.Builder
	for len(lines) > 0 {
		n, words := len(lines), ""
		for ; n > 0; n-- {
			words = strings.Join(lines[:n], "")
			if l.Has(words) {
				break
			}
			if words = strings.TrimSuffix(words, "\n"); n == 1 || l.Has(words) {
				break
			}
		}
		b.WriteString(entry(l, words))
		if all := strings.Join(lines[:n], ""); strings.HasSuffix(all, "\n") && !strings.HasSuffix(words, "\n") {
			b.WriteString("\n")
		}
		lines = lines[n:]
	}
	return b.String()
}

// entry is a text, or what a list says about a name. Cobra's texts that name a command are said by their pattern.
func entry(l *phrase.Language, text string) string {
	if about := regexp.MustCompile(`^(  \S+ {2,})(.+)$`).FindStringSubmatch(text); about != nil {
		return about[1] + phrase.Named(about[2]).In(l)
	}
	if l.Has(text) {
		return phrase.Named(text).In(l)
	}
	return byPattern(l, text, helpPatterns())
}

// helpPatterns are texts of Cobra's help; %s stands for the name of a command.
func helpPatterns() []phrase.Phrase {
	return []phrase.Phrase{
		phrase.New("help for %s"),
		phrase.New("version for %s"),
	}
}

// Say says an error in a language, Cobra's own errors, too, which are English texts.
func Say(l *phrase.Language, err error) string {
	lines := strings.Split(phrase.Say(l, err), "\n")
	for i, line := range lines {
		lines[i] = byPattern(l, line, errorPatterns())
	}
	return strings.Join(lines, "\n")
}

// errorPatterns are Cobra's and pflag's words for what is wrong with a command line.
func errorPatterns() []phrase.Phrase {
	return []phrase.Phrase{
		phrase.New("unknown command %s for %s"),
		phrase.New("Did you mean this?"),
		phrase.New("unknown flag: %s"),
		phrase.New("unknown shorthand flag: %s in %s"),
		phrase.New("flag needs an argument: %s in %s"),
		phrase.New("flag needs an argument: %s"),
		phrase.New("bad flag syntax: %s"),
		phrase.New("invalid argument %s for %s flag: %s"),
		phrase.New("invalid argument %s for %s"),
		phrase.New("requires at least %s arg(s), only received %s"),
		phrase.New("accepts at most %s arg(s), received %s"),
		phrase.New("accepts between %s and %s arg(s), received %s"),
		phrase.New("accepts %s arg(s), received %s"),
		phrase.New("required flag(s) %s not set"),
		phrase.New("if any flags in the group [%s] are set none of the others can be; %s were all set"),
		phrase.New("if any flags in the group [%s] are set they must all be set; missing %s"),
		phrase.New("at least one of the flags in the group [%s] is required"),
	}
}

// byPattern says a text that one of the patterns made; any other stays as it is.
func byPattern(l *phrase.Language, text string, patterns []phrase.Phrase) string {
	for _, p := range patterns {
		pattern := "^" + strings.ReplaceAll(regexp.QuoteMeta(p.Format()), "%s", "(.+)") + "$"
		match := regexp.MustCompile(pattern).FindStringSubmatch(text)
		if match == nil {
			continue
		}
		args := make([]any, len(match)-1)
		for i, arg := range match[1:] {
			args[i] = arg
		}
		return phrase.Named(p.Format(), args...).In(l)
	}
	return text
}

// headings is the terminal, or the pipe, while help is written to it: Fang writes its headings in English, each by itself.
type headings struct {
	*os.File
	l *phrase.Language
}

// Write implements io.Writer.
func (h headings) Write(p []byte) (int, error) {
	for _, heading := range []phrase.Phrase{phrase.New("USAGE"), phrase.New("EXAMPLES"), phrase.New("COMMANDS"), phrase.New("FLAGS")} {
		if plain := regexp.MustCompile("\x1b\\[[0-9;]*m").ReplaceAll(p, nil); string(bytes.TrimSpace(plain)) == heading.Format() {
			_, err := io.WriteString(h.File, strings.Replace(string(p), heading.Format(), heading.In(h.l), 1))
			return len(p), err
		}
	}
	return h.File.Write(p)
}

// WriteString implements io.StringWriter, in the place of the file's own.
func (h headings) WriteString(s string) (int, error) { return h.Write([]byte(s)) }
