package tui

import (
	"context"
	"strconv"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"blackfriday/kafka/phrase"
	"blackfriday/services/messages"
)

// askAboutMessages opens the question that a key of the page of the messages stands for.
func (m *model) askAboutMessages(msg tea.KeyPressMsg) {
	k := m.keys
	switch {
	case key.Matches(msg, k.Filter):
		m.form = m.filterForm()
	case key.Matches(msg, k.InPartition):
		m.form = m.partitionForm()
	case key.Matches(msg, k.Where):
		m.dialog = m.originDialog()
	case key.Matches(msg, k.Produce):
		m.form = m.produceForm()
	}
}

// filterForm asks for the text that messages must contain.
func (m *model) filterForm() *form {
	return newForm(m.t("Only messages that contain"), []string{m.t("in key, value or a header; empty: all")},
		func(m *model, f *form) (tea.Cmd, error) {
			q := m.browser.query
			q.Filter = f.text(0)
			return m.read(q, onFirst), nil
		}, newField(m.t("text"), m.browser.query.Filter, false))
}

// partitionForm asks for the partition to look at.
func (m *model) partitionForm() *form {
	return newForm(m.t("Which partition?"), []string{m.t("a number from 0 on; empty: all")},
		func(m *model, f *form) (tea.Cmd, error) {
			q := m.browser.query
			p, err := parsePartition(f.text(0))
			if err != nil {
				return nil, err
			}
			q.Partition = p
			return m.read(q, onFirst), nil
		}, newField(m.t("partition"), "", false))
}

// parsePartition reads the number of a partition as people write it: 2, P2, or nothing for all.
func parsePartition(text string) (int32, error) {
	text = strings.TrimLeft(strings.TrimSpace(text), "pP")
	if text == "" || strings.EqualFold(text, "all") {
		return messages.AllPartitions, nil
	}
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return 0, phrase.Errorf("%q is no partition: type its number, such as 0", text)
	}
	return int32(n), nil
}

// originDialog asks where to begin reading.
func (m *model) originDialog() *dialog {
	from := func(o messages.Origin) action {
		return func(m *model) tea.Cmd {
			q := m.browser.query
			q.Origin = o
			return m.read(q, onFirst)
		}
	}
	opens := func(f func(m *model) *form) action {
		return func(m *model) tea.Cmd {
			m.form = f(m)
			return nil
		}
	}
	return &dialog{title: m.t("Which messages?"), items: []choice{
		{label: m.t("the newest"), detail: m.t("newest first"), act: from(messages.FromEnd)},
		{label: m.t("the oldest"), detail: m.t("from the beginning on"), act: from(messages.FromBeginning)},
		{label: m.t("from an offset"), detail: m.t("and on, in each partition"), act: opens((*model).offsetForm)},
		{label: m.t("from a time"), detail: m.t("the first one written then, and on"), act: opens((*model).timeForm)},
	}}
}

// offsetForm asks for the offset to begin with.
func (m *model) offsetForm() *form {
	return newForm(m.t("From which offset?"), nil, func(m *model, f *form) (tea.Cmd, error) {
		n, err := strconv.ParseInt(digitsOf(f.text(0)), 10, 64)
		if err != nil || n < 0 {
			return nil, phrase.Errorf("%q is no offset: type a number from 0 on", f.text(0))
		}
		q := m.browser.query
		q.Origin, q.Offset = messages.FromOffset, n
		return m.read(q, onFirst), nil
	}, newField(m.t("offset"), "", false))
}

// digitsOf is a number that somebody typed, without the marks between its thousands.
func digitsOf(text string) string {
	return strings.NewReplacer(",", "", " ", "", "\u00a0", "").Replace(text)
}

// timeForm asks for the time to begin with.
func (m *model) timeForm() *form {
	notes := []string{m.t("15:04 or 15:04:05 today, 2006-01-02 15:04:05, or an age: 90s, 5m, 1h30m")}
	return newForm(m.t("From which time?"), notes, func(m *model, f *form) (tea.Cmd, error) {
		at, err := parseTime(f.text(0), m.live.At)
		if err != nil {
			return nil, err
		}
		q := m.browser.query
		q.Origin, q.Time = messages.FromTime, at
		return m.read(q, onFirst), nil
	}, newField(m.t("time"), m.live.At.Add(-time.Minute).Format("15:04:05"), false))
}

// parseTime reads a time of day, a date and a time, or an age, as seen from now.
func parseTime(text string, now time.Time) (time.Time, error) {
	text = strings.TrimSpace(text)
	if age, err := time.ParseDuration(strings.TrimPrefix(text, "-")); err == nil && age >= 0 {
		return now.Add(-age), nil
	}
	for _, layout := range []string{"15:04:05", "15:04"} {
		if t, err := time.ParseInLocation(layout, text, now.Location()); err == nil {
			return time.Date(now.Year(), now.Month(), now.Day(), t.Hour(), t.Minute(), t.Second(), 0, now.Location()), nil
		}
	}
	for _, layout := range []string{time.DateTime, "2006-01-02 15:04", time.DateOnly, time.RFC3339} {
		if t, err := time.ParseInLocation(layout, text, now.Location()); err == nil {
			return t, nil
		}
	}
	return time.Time{}, phrase.Errorf("%q is no time: type 15:04:05, 2006-01-02 15:04:05, or an age such as 5m", text)
}

// produceForm asks for a message to be written, beginning with a copy of the chosen one.
func (m *model) produceForm() *form {
	q := m.browser.query
	key, value, about := "", "", m.t("an empty key is no key")
	if msg, ok := m.browser.row(m.browser.cursor); ok && len(msg.Value) <= mostEdited && len(msg.Key) <= mostEdited {
		key, value = string(msg.Key), editable(msg.Value)
		about = m.t("an empty key is no key; this is a copy of P%d@%d", msg.Partition, msg.Offset)
	}
	topic := visible(q.Topic, 40, m.st.ascii)
	to := m.t("to %s, where the lab's partitioner puts it", topic)
	if q.Partition != messages.AllPartitions {
		to = m.t("to %s, partition %d", topic, q.Partition)
	}
	notes := []string{to, about}
	return newForm(m.t("Write a message"), notes, func(m *model, f *form) (tea.Cmd, error) {
		d := messages.Draft{Topic: q.Topic, Partition: q.Partition, Value: edited(f.text(1))}
		if f.text(0) != "" {
			d.Key = []byte(f.text(0))
		}
		return m.produce(d, f)
	}, newField(m.t("key"), key, false), newField(m.t("value"), value, true))
}

// producedMsg says what became of a message that was written by hand.
type producedMsg struct {
	form  *form
	place messages.Place
	err   error
}

// produce writes a message. Its form comes back when that fails.
func (m *model) produce(d messages.Draft, f *form) (tea.Cmd, error) {
	desk := m.messagesDesk()
	if desk == nil {
		return nil, errNoDesk
	}
	m.promise(phrase.New("writing to %s ...", d.Topic))
	return m.jobs.cmd(func(ctx context.Context) tea.Msg {
		place, err := desk.Produce(ctx, d)
		return producedMsg{f, place, err}
	}), nil
}

// produced shows what became of a message, and the topic with it.
func (m *model) produced(msg producedMsg) tea.Cmd {
	if msg.err != nil {
		m.reopen(msg.form, msg.err)
		m.complain(msg.err)
		return nil
	}
	m.tell(phrase.New("written to %s P%d@%d", msg.place.Topic, msg.place.Partition, msg.place.Offset), false)
	if m.page != messagesPage || m.browser.live != nil || m.browser.query.Topic != msg.place.Topic {
		return nil
	}
	return m.read(m.browser.query, onFirst)
}
