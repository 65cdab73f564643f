package standalone

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"blackfriday/kafka"
	"blackfriday/kafka/connect"
	"blackfriday/kafka/phrase"
	"blackfriday/services/role"
)

// longestName is how many characters a student's name may have: it stands in a table on a projector.
const longestName = 24

// pupil is what a student says about himself.
type pupil struct {
	address, name, code string
	delay               time.Duration
}

// JoinCommand returns `join`, which adds an order consumer to the lab of a classroom until the command's context ends.
// getenv reads the environment, such as os.Getenv.
func JoinCommand(getenv func(string) string) *cobra.Command {
	s := &pupil{}
	cmd := &cobra.Command{
		Use:   "join ADDRESS",
		Short: "Join a lab in the classroom as an order consumer",
		Long: "Joins the lab that a teacher opened with --listen as one more order consumer, under your name. The projector shows\n" +
			"the address, HOST or HOST:PORT, and the join code. Ctrl+C leaves politely.",
		Example: "  blackfriday join 192.168.1.20\n  " + connect.CodeVariable + "=kx7f-m3qp blackfriday join 192.168.1.20:9094 --name Lea",
		Args:    oneAddress,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if s.address, err = connect.Address(args[0]); err != nil {
				return err
			}
			s.code = strings.TrimSpace(getenv(connect.CodeVariable))
			if err := s.ask(bufio.NewReader(cmd.InOrStdin()), cmd.ErrOrStderr(), phrase.Of(cmd.Context())); err != nil {
				return err
			}
			journal := NewJournal(cmd.OutOrStdout(), false).In(phrase.Of(cmd.Context()))
			defer journal.Close()
			for _, code := range kafka.ReadJoinCodes(s.code) {
				if err = Run(cmd.Context(), s.config(code), journal); !errors.Is(err, kafka.ErrLogin) {
					break
				}
			}
			return s.explain(err)
		},
	}
	cmd.Flags().StringVar(&s.name, "name", "", "your name, as the projector shows it (default: you are asked)")
	cmd.Flags().DurationVar(&s.delay, "delay", 100*time.Millisecond, "simulated work per payment")
	cmd.SetFlagErrorFunc(connect.FlagError)
	return cmd
}

// oneAddress refuses anything but one argument.
func oneAddress(_ *cobra.Command, args []string) error {
	switch len(args) {
	case 0:
		return phrase.Errorf("which lab? blackfriday join ADDRESS, as the projector shows it: HOST or HOST:PORT")
	case 1:
		return nil
	}
	return phrase.Errorf("%s after the address %s is one too many: your name goes after --name", shown(args[1]), shown(args[0]))
}

// ask asks for what is not known yet.
func (s *pupil) ask(in *bufio.Reader, out io.Writer, l *phrase.Language) error {
	for _, question := range []struct {
		what      phrase.Phrase
		otherwise string
		answer    *string
	}{
		{phrase.New("Your name"), "--name", &s.name},
		{phrase.New("Join code"), connect.CodeVariable, &s.code},
	} {
		if *question.answer != "" {
			continue
		}
		if _, err := fmt.Fprint(out, phrase.New("%s: ", question.what).In(l)); err != nil {
			return err
		}
		line, err := in.ReadString('\n')
		if *question.answer = strings.TrimSpace(line); *question.answer == "" {
			return errors.Join(phrase.Errorf("nobody answered %q: type it, or give %s", question.what, question.otherwise),
				unlessEOF(err))
		}
	}
	return s.check()
}

func unlessEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// check refuses what cannot work.
func (s *pupil) check() error {
	s.name = strings.TrimSpace(s.name)
	visible := func(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) }
	switch n := utf8.RuneCountInString(s.name); {
	case !utf8.ValidString(s.name):
		return phrase.Errorf("the name is not text in UTF-8: type it again, or choose a plainer one with --name")
	case !strings.ContainsFunc(s.name, visible):
		return phrase.Errorf("the name is blank: nobody could read it on the projector; choose one with --name")
	case n > longestName:
		return phrase.Errorf("a name of %d characters: at most %d; choose another one with --name", n, longestName)
	case role.IsOurs(s.name):
		return phrase.Errorf("%s is what the lab calls one of its own: choose another name with --name", shown(s.name))
	case s.delay < 0 || s.delay > time.Minute:
		return phrase.Errorf("--delay %v: between 0 and 1m", s.delay)
	}
	return nil
}

// config is the order consumer that the student runs. A group without members speaks what the embedded brokers do.
func (s *pupil) config(code kafka.Secret) Config {
	cfg := Config{
		Service: Order, Name: s.name, Delay: s.delay, Guarantee: kafka.AtLeastOnce, CommitEvery: kafka.DefaultCommitInterval,
		Habit: kafka.ConsumerProtocol, Guest: true, Student: true,
	}
	cfg.Kafka.Brokers = []string{s.address}
	cfg.Kafka.Security = kafka.Security{Mechanism: kafka.ScramSHA256, User: kafka.StudentUser, Password: code}
	return cfg
}

// explain puts an error in a student's words.
func (s *pupil) explain(err error) error {
	var rival *rivalError
	switch {
	case errors.Is(err, kafka.ErrLogin):
		return phrase.Errorf("the join code is not that of the lab at %s: read it from the projector again, it is new in each lesson", s.address)
	case errors.As(err, &rival):
		return phrase.Errorf("somebody named %s is in the group already: choose another --name, or wait a few seconds if that was you", shown(s.name))
	}
	return err
}
