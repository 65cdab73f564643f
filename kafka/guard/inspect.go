package guard

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kbin"
	"github.com/twmb/franz-go/pkg/kmsg"
)

const (
	// MaxProduceVersion is the highest version of Produce that a cluster behind the guard may offer (kfake.MaxVersions).
	// From 13 on, topics are named by id, and kfake panics on a request that names two ids it does not know: two topics
	// deleted under a running producer are enough.
	MaxProduceVersion = 12
	// MaxPartitions is how many partitions one request may create. kfake allocates them at once, all that are asked for.
	MaxPartitions = 10_000

	// minRequest is a request's shortest header: API key, API version, correlation id.
	minRequest = 8
	// maxProduce is Kafka's default for socket.request.max.bytes.
	maxProduce = 100 << 20
	// maxOther is far above any request that carries no records. Decoding takes up to 64 times a request's size.
	maxOther = 2 << 20
)

// errNotKafka is wrapped by every error about bytes that are no Kafka request, or none that kfake survives.
var errNotKafka = errors.New("not a Kafka request that this broker takes")

func refusal(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errNotKafka, fmt.Sprintf(format, args...))
}

// apiKey and apiVersion read a request that begins after its size.
func apiKey(request []byte) int16     { return int16(binary.BigEndian.Uint16(request)) }
func apiVersion(request []byte) int16 { return int16(binary.BigEndian.Uint16(request[2:])) }

// plausible judges a request by the size it claims. "GET " of an HTTP request claims 1.2 GB, a TLS hello 369 MB.
func plausible(size uint32) error {
	if size < minRequest || size > maxProduce {
		return refusal("it claims %d bytes", size)
	}
	return nil
}

// recognise judges a request by its header, before its body is there.
func recognise(size uint32, key, version int16) error {
	switch {
	case kmsg.RequestForKey(key) == nil:
		return refusal("unknown API key %d", key)
	case version < 0:
		return refusal("version %d of API key %d", version, key)
	case key != int16(kmsg.Produce) && size > maxOther:
		return refusal("API key %d with %d bytes", key, size)
	}
	return nil
}

// inspect judges a whole request that recognise let through, and mends it where kfake would answer it wrongly.
func inspect(request []byte) error {
	req := kmsg.RequestForKey(apiKey(request))
	req.SetVersion(apiVersion(request))
	body := kbin.Reader{Src: request[minRequest:]}
	body.NullableString() // client id
	if req.IsFlexible() {
		tags := body
		// kmsg counts up to whatever number of tags is claimed, which takes it a minute of one core.
		if int(tags.Uvarint()) > len(tags.Src) {
			return refusal("header of API key %d", req.Key())
		}
		kmsg.SkipTags(&body)
	}
	if !body.Ok() {
		return refusal("header of API key %d", req.Key())
	}
	unbound(req, body.Src)
	return harmless(req, body.Src)
}

// harmless decodes the requests that kfake is known not to survive in every form. The others it answers or refuses by
// itself, as fuzzing shows.
func harmless(req kmsg.Request, body []byte) error {
	rule := ruleFor(req)
	if rule == nil {
		return nil
	}
	if err := req.ReadFrom(body); err != nil {
		return refusal("body of API key %d: %v", req.Key(), err)
	}
	return rule()
}

// ruleFor gives the rule for a request once it is decoded, nil when there is none.
func ruleFor(req kmsg.Request) func() error {
	switch req := req.(type) {
	case *kmsg.JoinGroupRequest:
		return func() error { return harmlessJoin(req) }
	case *kmsg.CreateTopicsRequest:
		return func() error { return harmlessTopics(req) }
	case *kmsg.CreatePartitionsRequest:
		return func() error { return harmlessPartitions(req) }
	case *kmsg.AlterConfigsRequest:
		return func() error { return harmlessConfigs(req) }
	case *kmsg.IncrementalAlterConfigsRequest:
		return func() error { return harmlessIncrements(req) }
	default:
		return nil
	}
}

// harmlessJoin refuses what leaves a group without a protocol that all members share, where kfake panics: a member that
// names no protocol, or one of them twice (it counts names, not members).
func harmlessJoin(req *kmsg.JoinGroupRequest) error {
	seen := make(map[string]bool, len(req.Protocols))
	for _, p := range req.Protocols {
		if seen[p.Name] {
			return refusal("JoinGroup names a protocol twice")
		}
		seen[p.Name] = true
	}
	if len(seen) == 0 {
		return refusal("JoinGroup names no protocol")
	}
	return nil
}

func harmlessTopics(req *kmsg.CreateTopicsRequest) error {
	var partitions int64
	for _, t := range req.Topics {
		partitions += max(int64(t.NumPartitions), int64(len(t.ReplicaAssignment)), 0)
	}
	if partitions > MaxPartitions {
		return refusal("CreateTopics asks for %d partitions, above %d", partitions, MaxPartitions)
	}
	return nil
}

func harmlessPartitions(req *kmsg.CreatePartitionsRequest) error {
	var partitions int64
	for _, t := range req.Topics {
		partitions += max(int64(t.Count), int64(len(t.Assignment)), 0)
	}
	if partitions > MaxPartitions {
		return refusal("CreatePartitions asks for %d partitions, above %d", partitions, MaxPartitions)
	}
	return nil
}

// cleanerBackoff is a broker setting that kfake makes a ticker of without looking: once a topic is compacted, 0 panics.
const cleanerBackoff = "log.cleaner.backoff.ms"

func harmlessConfigs(req *kmsg.AlterConfigsRequest) error {
	for _, r := range req.Resources {
		for _, c := range r.Configs {
			if c.Name == cleanerBackoff {
				return refusal("AlterConfigs sets %s", cleanerBackoff)
			}
		}
	}
	return nil
}

func harmlessIncrements(req *kmsg.IncrementalAlterConfigsRequest) error {
	for _, r := range req.Resources {
		for _, c := range r.Configs {
			if c.Name == cleanerBackoff {
				return refusal("IncrementalAlterConfigs sets %s", cleanerBackoff)
			}
		}
	}
	return nil
}
