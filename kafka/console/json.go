package console

import (
	"encoding/base64"
	"time"
	"unicode/utf8"

	"blackfriday/kafka"
)

// Other programs read what stands here: the names do not change. What is not known is null, never 0.

type topicList struct {
	Topics []topicJSON `json:"topics"`
}

type topicJSON struct {
	Name       string `json:"name"`
	ID         string `json:"id"`
	Internal   bool   `json:"internal"`
	Partitions int    `json:"partition_count"`
	Replicas   int    `json:"replication_factor"`
}

type madeTopic struct {
	topicJSON
	Created bool `json:"created"`
}

type deletedTopics struct {
	Deleted []string `json:"deleted"`
}

type topicDescriptions struct {
	Topics []topicDescription `json:"topics"`
}

type topicDescription struct {
	topicJSON
	Partitions []partitionJSON   `json:"partitions"`
	Configs    map[string]string `json:"configs"` // null where this user may not read them
}

type partitionJSON struct {
	Partition int32   `json:"partition"`
	Leader    *int32  `json:"leader"`
	Replicas  []int32 `json:"replicas"`
	ISR       []int32 `json:"isr"`
}

func newDescriptions(all []kafka.TopicDescription) topicDescriptions {
	list := topicDescriptions{Topics: []topicDescription{}}
	for _, t := range all {
		d := topicDescription{topicJSON: topicJSON{t.Name, t.ID, t.Internal, len(t.Partitions), t.Replicas()}, Partitions: []partitionJSON{}}
		for _, p := range t.Partitions {
			d.Partitions = append(d.Partitions, partitionJSON{p.Partition, known(p.Leader), append([]int32{}, p.Replicas...), append([]int32{}, p.ISR...)})
		}
		if t.Settings != nil {
			d.Configs = map[string]string{}
		}
		for _, s := range t.Settings {
			d.Configs[s.Name] = s.Value
		}
		list.Topics = append(list.Topics, d)
	}
	return list
}

// known is a number, or nil for one that is negative because it is not known.
func known[N int32 | int64](n N) *N {
	if n < 0 {
		return nil
	}
	return &n
}

type groupList struct {
	Groups []groupJSON `json:"groups"`
}

type groupJSON struct {
	Name        string `json:"name"`
	State       string `json:"state"`
	Type        string `json:"type"`
	Coordinator *int32 `json:"coordinator"`
}

type groupDescriptions struct {
	Groups []groupDescription `json:"groups"`
}

type groupDescription struct {
	Name        string         `json:"name"`
	State       string         `json:"state"`
	Assignor    string         `json:"assignor"`
	Coordinator *int32         `json:"coordinator"`
	Members     []memberJSON   `json:"members"`
	Partitions  []positionJSON `json:"partitions"`
}

type memberJSON struct {
	ConsumerID string             `json:"consumer_id"`
	Host       string             `json:"host"`
	ClientID   string             `json:"client_id"`
	Partitions map[string][]int32 `json:"partitions"`
}

type positionJSON struct {
	Topic      string  `json:"topic"`
	Partition  int32   `json:"partition"`
	Committed  *int64  `json:"current_offset"`
	End        *int64  `json:"log_end_offset"`
	Lag        *int64  `json:"lag"`
	ConsumerID *string `json:"consumer_id"`
	Host       *string `json:"host"`
	ClientID   *string `json:"client_id"`
}

func newGroup(g kafka.GroupDescription) groupDescription {
	d := groupDescription{Name: g.Name, State: g.State, Assignor: g.Protocol, Coordinator: known(g.Coordinator), Members: []memberJSON{}, Partitions: []positionJSON{}}
	for _, m := range g.Members {
		d.Members = append(d.Members, memberJSON{m.MemberID, m.Host, m.ClientID, m.Partitions})
	}
	for _, p := range g.Positions {
		row := positionJSON{Topic: p.Topic, Partition: p.Partition, Committed: known(p.Committed), End: known(p.End), Lag: known(p.Lag())}
		if m := p.Member; m != nil {
			row.ConsumerID, row.Host, row.ClientID = &m.MemberID, &m.Host, &m.ClientID
		}
		d.Partitions = append(d.Partitions, row)
	}
	return d
}

// recordJSON is one line of `consume --json`. Bytes that are not UTF-8 stand in the field with _base64, and the other is null.
type recordJSON struct {
	Topic       string       `json:"topic"`
	Partition   int32        `json:"partition"`
	Offset      int64        `json:"offset"`
	Timestamp   time.Time    `json:"timestamp"`
	Key         *string      `json:"key"`
	KeyBase64   *string      `json:"key_base64,omitempty"`
	Value       *string      `json:"value"`
	ValueBase64 *string      `json:"value_base64,omitempty"`
	Headers     []headerJSON `json:"headers"`
}

type headerJSON struct {
	Key         string  `json:"key"`
	Value       *string `json:"value"`
	ValueBase64 *string `json:"value_base64,omitempty"`
}

func newRecord(r *kafka.Record) recordJSON {
	j := recordJSON{Topic: r.Topic, Partition: r.Partition, Offset: r.Offset, Timestamp: r.Timestamp.UTC(), Headers: []headerJSON{}}
	j.Key, j.KeyBase64 = texts(r.Key)
	j.Value, j.ValueBase64 = texts(r.Value)
	for _, h := range r.Headers {
		header := headerJSON{Key: h.Key}
		header.Value, header.ValueBase64 = texts(h.Value)
		j.Headers = append(j.Headers, header)
	}
	return j
}

// texts are bytes as text, or else in base64; neither for a null.
func texts(b []byte) (text, base *string) {
	switch {
	case b == nil:
		return nil, nil
	case utf8.Valid(b):
		s := string(b)
		return &s, nil
	}
	s := base64.StdEncoding.EncodeToString(b)
	return nil, &s
}

type producedJSON struct {
	Written int64 `json:"written"`
	Failed  int64 `json:"failed"` // certainly not written
	Unknown int64 `json:"unknown"`
}
