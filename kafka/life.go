package kafka

import (
	"context"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

const (
	// beatEvery is how often a sign of life is renewed.
	beatEvery = 5 * time.Second
	// aliveFor is how long a sign of life counts, by the clock of whoever wrote it and that of whoever reads it: machines on
	// which they differ by more do not see each other.
	aliveFor = 3 * beatEvery
)

// aliveKind is a keepsake of who works with what labs made and is in no group, in which a CleanUp would see it.
const aliveKind = "alive"

// ShowLife tells every CleanUp that somebody, a client id, works with what labs made here: it renews a sign of life in the
// registry until ctx ends, and then takes it back. Where there is no registry nothing is made, nor written. While no broker
// answers it goes on trying; the error is that this user may not write to the registry.
func (c *Cluster) ShowLife(ctx context.Context, who string) error {
	if err := c.writable(); err != nil || c.Embedded() {
		return err
	}
	// It is no matter whether a sign is written twice, and a producer id for each such client would be.
	client, err := c.newClient("registry", append(c.producing(), kgo.DisableIdempotentWrite())...)
	if err != nil {
		return err
	}
	defer client.Close()
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	for {
		if err := c.beat(ctx, client, who, false); unauthorized(err) {
			return inWords(err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), beatEvery/2)
			defer cancel()
			_ = c.beat(last, client, who, true) // else the sign expires
			return nil
		}
	}
}

// beat writes a sign of life, or takes it back.
func (c *Cluster) beat(ctx context.Context, client *kgo.Client, who string, last bool) error {
	name := c.names.full(madeTopic)
	there, err := c.present(ctx, []string{name})
	if err != nil {
		return err
	}
	if len(there) == 0 {
		client.PurgeTopicsFromProducing(name) // the next one of that name has another id
		return nil
	}
	err = c.keepWith(ctx, client, last, []keepsake{{Kind: aliveKind, Name: c.names.full(who), At: time.Now().UTC()}})
	if err != nil {
		client.PurgeTopicsFromProducing(name)
	}
	return err
}

// showingLife are those who gave a sign of life a moment ago.
func (c *Cluster) showingLife(things []keepsake) []string {
	var who []string
	for _, k := range things {
		if name, ok := c.names.short(k.Name); ok && k.living() {
			who = append(who, name)
		}
	}
	slices.Sort(who)
	return who
}

// living says whether the record is a sign of life that counts.
func (k keepsake) living() bool { return k.Kind == aliveKind && time.Since(k.At) < aliveFor }
