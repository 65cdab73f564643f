package datadir

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Transaction is one producer's open transaction in one partition. kfake hides its records when it starts again, but
// writes no marker that ends it. Without one, a reader goes on dropping what the same producer commits later, and after a
// second kill kfake takes the hidden records for part of the next transaction.
type Transaction struct {
	Topic      string
	Partition  int32
	ProducerID int64
	Epoch      int16
}

// mend readies what a killed process left for kfake. What kfake wrote at an earlier clean stop no longer fits the records
// behind it, so it goes, and kfake reads the records themselves.
func mend(path string) ([]Transaction, error) {
	if err := remove(filepath.Join(path, "session_state.json"), filepath.Join(path, "seq_windows.json")); err != nil {
		return nil, err
	}
	partitions, err := os.ReadDir(filepath.Join(path, "partitions"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var open []Transaction
	for _, entry := range partitions {
		topic, number, ok := partition(entry.Name())
		if !ok {
			continue
		}
		producers, err := mendPartition(filepath.Join(path, "partitions", entry.Name()))
		if err != nil {
			return nil, err
		}
		for _, id := range slices.Sorted(maps.Keys(producers)) {
			open = append(open, Transaction{Topic: topic, Partition: number, ProducerID: id, Epoch: producers[id]})
		}
	}
	return open, nil
}

// partition reads the name of a partition's directory: the topic, escaped, and the number.
func partition(name string) (topic string, number int32, ok bool) {
	at := strings.LastIndexByte(name, '-')
	if at < 0 {
		return "", 0, false
	}
	n, err := strconv.ParseInt(name[at+1:], 10, 32)
	if err != nil {
		return "", 0, false
	}
	topic, err = url.PathUnescape(name[:at])
	return topic, int32(n), err == nil
}

// mendPartition returns the producers whose transactions are open in a partition, and their epochs.
func mendPartition(dir string) (map[int64]int16, error) {
	if err := remove(filepath.Join(dir, "snapshot.json")); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var segments []int64
	for _, e := range entries {
		if base, err := strconv.ParseInt(strings.TrimSuffix(e.Name(), ".dat"), 10, 64); err == nil {
			segments = append(segments, base)
		}
	}
	slices.SortFunc(segments, cmp.Compare)
	open := map[int64]int16{}
	for i, base := range segments {
		name := filepath.Join(dir, strconv.FormatInt(base, 10))
		if err := mendSegment(name, i == len(segments)-1, open); err != nil {
			return nil, err
		}
	}
	return open, nil
}

// indexEntry is how many bytes kfake's index holds for each batch.
const indexEntry = 15

// mendSegment follows the transactions through a segment. A batch is acknowledged once its index entry is written, too:
// without the entry, kfake would take the last batch for one outside of any transaction, so it is cut off.
func mendSegment(name string, last bool, open map[int64]int16) error {
	raw, err := os.ReadFile(name + ".dat")
	if err != nil {
		return err
	}
	index, err := os.ReadFile(name + ".idx")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	at := 0
	for n := 0; ; n++ {
		b, ok := readBatch(raw[at:])
		if !ok {
			return nil
		}
		if last && at+b.size == len(raw) && len(index) < (n+1)*indexEntry {
			return os.Truncate(name+".dat", int64(at))
		}
		at += b.size
		switch {
		case b.control:
			delete(open, b.producer)
		case b.transactional:
			open[b.producer] = b.epoch
		}
	}
}

// batch is what the header of a record batch says (KIP-98).
type batch struct {
	size                   int
	producer               int64
	epoch                  int16
	transactional, control bool
}

// Where things stand in a record batch.
const (
	lengthAt     = 8
	checksumAt   = 17
	attributesAt = 21
	producerAt   = 43
	epochAt      = 51
	headerBytes  = 61

	transactionalBit = 0x10
	controlBit       = 0x20
)

// readBatch reads the batch at the beginning of raw. Like kfake it takes the first one that is not whole for the end.
func readBatch(raw []byte) (b batch, ok bool) {
	if len(raw) < headerBytes {
		return batch{}, false
	}
	b.size = lengthAt + 4 + int(int32(binary.BigEndian.Uint32(raw[lengthAt:])))
	if b.size < headerBytes || b.size > len(raw) {
		return batch{}, false
	}
	sum := crc32.Checksum(raw[attributesAt:b.size], crc32.MakeTable(crc32.Castagnoli))
	if sum != binary.BigEndian.Uint32(raw[checksumAt:]) {
		return batch{}, false
	}
	attributes := binary.BigEndian.Uint16(raw[attributesAt:])
	b.transactional, b.control = attributes&transactionalBit != 0, attributes&controlBit != 0
	b.producer = int64(binary.BigEndian.Uint64(raw[producerAt:]))
	b.epoch = int16(binary.BigEndian.Uint16(raw[epochAt:]))
	return b, true
}

// String names the transaction for a message.
func (t Transaction) String() string {
	return fmt.Sprintf("producer %d in %s/%d", t.ProducerID, t.Topic, t.Partition)
}
