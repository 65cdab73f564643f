package console

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"github.com/spf13/cobra"

	"blackfriday/kafka"
	"blackfriday/kafka/connect"
	"blackfriday/kafka/phrase"
)

// mostTold is how many lines that were not written are named one by one.
const mostTold = 20

// production is what `produce` was asked for, and what has become of it.
type production struct {
	*desk
	topic     string
	keyed     bool
	separator string

	errs                     io.Writer // where lines that were not written are named
	l                        *phrase.Language
	telling                  sync.Mutex
	told                     int
	written, failed, unknown atomic.Int64
}

func produce(d *desk) *cobra.Command {
	var topic string
	var keyed bool
	var separator string
	cmd := &cobra.Command{
		Use: "produce TOPIC", Short: "Write the lines of stdin as messages",
		Long: "Writes each line of stdin as one message, until its end or Ctrl+D. Lines without a key go to the partitions in turn.\n" +
			"A line that was not written is named by its number, and the others go on.\n" + Codes,
		Example: "  echo '{\"user_id\": 42, \"cart\": []}' | blackfriday produce payment-successful\n" +
			"  blackfriday produce course --parse-key --key-separator :\n" +
			"  kafka-console-producer --bootstrap-server localhost:9094 --topic payment-successful",
		ValidArgsFunction: d.complete(topicNames),
		RunE: func(cmd *cobra.Command, args []string) error {
			name, err := oneTopic(args, topic)
			if err != nil {
				return err
			}
			if keyed = keyed || cmd.Flags().Changed("key-separator"); separator == "" {
				return connect.Misuse(phrase.Errorf("--key-separator: it takes at least one character"))
			}
			p := &production{desk: d, topic: name, keyed: keyed, separator: separator, errs: cmd.ErrOrStderr(), l: phrase.Of(cmd.Context())}
			return d.run(cmd.Context(), func(c *kafka.Cluster, _ connect.Whose) error { return p.run(cmd, c) })
		},
	}
	d.prepare(cmd)
	cmd.Flags().StringVar(&topic, "topic", "", "its name, instead of the argument")
	cmd.Flags().BoolVar(&keyed, "parse-key", false, "what stands before the separator in a line is the key of the message")
	cmd.Flags().StringVar(&separator, "key-separator", "\t", "the separator; turns --parse-key on")
	offers(cmd, "topic", d.complete(topicNames))
	return cmd
}

func (p *production) run(cmd *cobra.Command, c *kafka.Cluster) error {
	ctx := cmd.Context()
	if _, err := c.Console().Describe(ctx, p.topic); err != nil { // brokers may create a topic that somebody misspelled
		return err
	}
	producer, err := c.NewProducer("blackfriday-produce")
	if err != nil {
		return err
	}
	defer producer.Close()
	p.terminal.name(cmd, c, phrase.New("Writes to %s", p.topic))
	if p.terminal.In && p.terminal.Out {
		p.tell(phrase.New("A message on each line; Ctrl+D ends."))
	}
	reader := &lines{in: bufio.NewReader(cmd.InOrStdin()), most: c.Console().MaxBytes(p.topic)}
	readErr := p.send(ctx, reader, producer)
	result := producedJSON{p.written.Load(), p.failed.Load(), p.unknown.Load()}
	err = p.print(cmd.OutOrStdout(), result, func(io.Writer) {})
	if result.Failed+result.Unknown > 0 {
		err = errors.Join(err, connect.Short(phrase.Errorf("%d lines were written, %d were not, and of %d the outcome is unknown", result.Written, result.Failed, result.Unknown)))
	}
	return errors.Join(readErr, err)
}

// send writes all lines, and waits until each has an answer. Ctrl+C ends the reading, not the waiting: that a producer
// bounds by itself.
func (p *production) send(ctx context.Context, reader *lines, producer *kafka.Producer) error {
	type read struct {
		line []byte
		err  error
	}
	next, ask := make(chan read), make(chan struct{})
	defer close(ask)
	// Nothing ends a read of stdin: after a signal this goroutine ends with the process, which is at once.
	go func() {
		for range ask {
			line, err := reader.next()
			next <- read{line, err}
		}
	}()
	var open sync.WaitGroup
	defer open.Wait()
	for number := 1; ; number++ {
		ask <- struct{}{}
		var r read
		select {
		case <-ctx.Done():
			go func() { <-next }() // lets the reader end, should a line still come
			return nil
		case r = <-next:
		}
		var long *longLineError
		switch {
		case errors.Is(r.err, io.EOF):
			return nil
		case errors.As(r.err, &long):
			p.answer(number, r.err)
			continue
		case r.err != nil:
			return phrase.Errorf("read stdin: %w", r.err)
		}
		record, err := p.record(r.line)
		if err != nil {
			p.answer(number, err)
			continue
		}
		open.Add(1)
		producer.Send(context.WithoutCancel(ctx), record, func(_ *kafka.Record, err error) {
			p.answer(number, err)
			open.Done()
		})
	}
}

// record makes a message of a line.
func (p *production) record(line []byte) (*kafka.Record, error) {
	r := &kafka.Record{Topic: p.topic, Value: line}
	if p.keyed {
		key, value, ok := bytes.Cut(line, []byte(p.separator))
		if !ok {
			return nil, phrase.Errorf("there is no key in it: no %q", p.separator)
		}
		r.Key, r.Value = key, value
	}
	return r, nil
}

// answer takes what became of a line.
func (p *production) answer(number int, err error) {
	switch {
	case err == nil:
		p.written.Add(1)
		return
	case errors.Is(err, kafka.ErrUnknownOutcome):
		p.unknown.Add(1)
	default:
		p.failed.Add(1)
	}
	p.telling.Lock()
	defer p.telling.Unlock()
	switch p.told++; {
	case p.told <= mostTold:
		p.tell(phrase.New("line %d: %s", number, err))
	case p.told == mostTold+1:
		p.tell(phrase.New("more lines were not written: they are counted, and not named"))
	}
}

// tell says something on stderr, and makes harmless what it quotes.
func (p *production) tell(said phrase.Phrase) {
	_, _ = fmt.Fprintln(p.errs, p.terminal.Visible(said.In(p.l)))
}

// lines reads lines of at most so many bytes.
type lines struct {
	in   *bufio.Reader
	most int
}

// longLineError is a line that no broker would take.
type longLineError struct {
	bytes int64
	most  int
}

func (l *longLineError) Error() string { return l.In(nil) }

// In implements phrase.Speaker.
func (l *longLineError) In(language *phrase.Language) string {
	return phrase.New("it has %d bytes, and the topic takes %d at most", l.bytes, l.most).In(language)
}

// next returns the next line without its end. It keeps no more of a line than a topic takes, however long that is.
func (l *lines) next() ([]byte, error) {
	line := []byte{}
	var size int64
	for {
		part, err := l.in.ReadSlice('\n')
		size += int64(len(part))
		if len(line) <= l.most {
			line = append(line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && (size == 0 || !errors.Is(err, io.EOF)):
			return nil, err
		}
		line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
		if len(line) > l.most {
			return nil, &longLineError{size, l.most}
		}
		return line, nil
	}
}
