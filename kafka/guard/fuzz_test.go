package guard_test

import (
	"encoding/binary"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"blackfriday/kafka/guard"
)

// clusterLife is how many connections one cluster takes before a fresh one replaces it: what they create adds up.
const clusterLife = 500

// target is a guarded kfake that bytes are thrown at. A panic of kfake ends the test process, which is the verdict.
type target struct {
	network *kfake.VirtualNetwork
	fake    *kfake.Cluster
	lived   int
}

func (tg *target) close() {
	if tg.fake != nil {
		tg.fake.Close()
	}
}

// send opens a connection, writes the bytes, and closes it once they were read or refused.
func (tg *target) send(t *testing.T, sent []byte) {
	if tg.lived%clusterLife == 0 {
		tg.close()
		tg.network = &kfake.VirtualNetwork{}
		var err error
		if tg.fake, err = newCluster(guard.Options{Base: tg.network.Listen}); err != nil {
			t.Fatal(err)
		}
	}
	tg.lived++
	conn, err := tg.network.DialContext(t.Context(), "tcp", tg.fake.ListenAddrs()[0])
	if err != nil {
		t.Fatalf("the broker is gone: %v", err)
	}
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		io.Copy(io.Discard, conn) //nolint:errcheck // ends with the connection
	}()
	// A parked JoinGroup keeps the broker from reading on.
	conn.SetWriteDeadline(time.Now().Add(20 * time.Millisecond)) //nolint:errcheck // the write says what is wrong
	conn.Write(sent)                                             //nolint:errcheck // refusing it is fine
	conn.Close()
	<-drained
}

// requests is one request of every API key that the protocol knows.
func requests() []kmsg.Request {
	var all []kmsg.Request
	for key := range int16(kmsg.MaxKey + 1) {
		if req := kmsg.RequestForKey(key); req != nil {
			all = append(all, req)
		}
	}
	return all
}

// offered is the highest version of a request that the brokers take.
func offered(req kmsg.Request) int16 {
	if req.Key() == int16(kmsg.Produce) {
		return guard.MaxProduceVersion
	}
	return req.MaxVersion()
}

// FuzzBytes throws raw bytes, with or without a right size in front of them.
func FuzzBytes(f *testing.F) {
	for _, j := range junks() {
		f.Add(false, j.sent)
	}
	for _, req := range requests() {
		req.SetVersion(offered(req))
		f.Add(true, framed(req)[4:])
	}
	var tg target
	f.Cleanup(tg.close)
	f.Fuzz(func(t *testing.T, sized bool, sent []byte) {
		if sized {
			sent = append(binary.BigEndian.AppendUint32(nil, uint32(len(sent))), sent...)
		}
		tg.send(t, sent)
	})
}

// FuzzRequests throws well-formed requests with hostile contents: a burst of them for each seed, in any version.
func FuzzRequests(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(seed)
	}
	all := requests()
	var tg target
	f.Cleanup(tg.close)
	f.Fuzz(func(t *testing.T, seed uint64) {
		h := hostile{rand.New(rand.NewPCG(seed, 0))}
		var burst []byte
		for range 50 {
			req := reflect.New(reflect.TypeOf(all[h.IntN(len(all))]).Elem())
			h.fill(req.Elem())
			r := req.Interface().(kmsg.Request)
			r.SetVersion(int16(h.IntN(int(offered(r)) + 1)))
			burst = append(burst, framed(r)...)
			if h.IntN(3) == 0 {
				tg.send(t, burst)
				burst = nil
			}
		}
		tg.send(t, burst)
	})
}

// hostile makes up values.
type hostile struct{ *rand.Rand }

func (h hostile) fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if h.IntN(4) > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			h.fill(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && v.Type().Field(i).Name != "UnknownTags" {
				h.fill(v.Field(i))
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), h.IntN(4), 4))
		for i := range v.Len() {
			h.fill(v.Index(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			h.fill(v.Index(i))
		}
	case reflect.String:
		v.SetString(h.word())
	case reflect.Bool:
		v.SetBool(h.IntN(2) == 0)
	case reflect.Float64:
		v.SetFloat(float64(h.number()))
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		v.SetUint(uint64(h.number()))
	default:
		v.SetInt(h.number())
	}
}

func (h hostile) word() string {
	words := []string{
		topic, "g", "m", "", "consumer", "range", "uniform", "0", "-1", "x\x00\xff", "../../x", "__consumer_offsets",
		"cleanup.policy", "compact", "log.cleaner.backoff.ms", "group.consumer.session.timeout.ms", "segment.bytes",
	}
	return words[h.IntN(len(words))]
}

func (h hostile) number() int64 {
	edges := []int64{-1, math.MinInt32, math.MaxInt32, math.MinInt64, math.MaxInt64, math.MaxInt16, 10_000, h.Int64()}
	if h.IntN(2) == 0 {
		return edges[h.IntN(len(edges))]
	}
	return h.Int64N(5)
}
