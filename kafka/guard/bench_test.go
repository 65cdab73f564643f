package guard_test

import (
	"context"
	"net"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"blackfriday/kafka/guard"
)

// BenchmarkFlood writes 100,000 records of 200 bytes, with the guard and without.
func BenchmarkFlood(b *testing.B) {
	for name, listen := range map[string]func(string, string) (net.Listener, error){
		"bare": net.Listen, "guarded": guard.Listen(guard.Options{}),
	} {
		b.Run(name, func(b *testing.B) {
			fake, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(3, topic), kfake.ListenFn(listen))
			if err != nil {
				b.Fatal(err)
			}
			defer fake.Close()
			client, err := kgo.NewClient(kgo.SeedBrokers(fake.ListenAddrs()...), kgo.DefaultProduceTopic(topic),
				kgo.ProducerBatchCompression(kgo.NoCompression()), kgo.RecordPartitioner(kgo.RoundRobinPartitioner()))
			if err != nil {
				b.Fatal(err)
			}
			defer client.Close()
			value := make([]byte, 200)
			b.ReportAllocs()
			for b.Loop() {
				for range 100_000 {
					client.Produce(context.Background(), &kgo.Record{Value: value}, nil)
				}
				if err := client.Flush(context.Background()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
