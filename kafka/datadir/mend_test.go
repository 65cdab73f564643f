package datadir

import (
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// written is a record batch as it stands in a segment.
func written(producer int64, epoch int16, attributes uint16) []byte {
	raw := make([]byte, headerBytes+7)
	binary.BigEndian.PutUint32(raw[lengthAt:], uint32(len(raw)-lengthAt-4))
	binary.BigEndian.PutUint16(raw[attributesAt:], attributes)
	binary.BigEndian.PutUint64(raw[producerAt:], uint64(producer))
	binary.BigEndian.PutUint16(raw[epochAt:], uint16(epoch))
	binary.BigEndian.PutUint32(raw[checksumAt:], crc32.Checksum(raw[attributesAt:], crc32.MakeTable(crc32.Castagnoli)))
	return raw
}

// leave writes a directory as a killed process leaves it.
func leave(t *testing.T, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	files[identityFile] = []byte(`{"format":1,"open":true}`)
	for name, data := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestOpenFindsTransactionsWithoutAnEnd(t *testing.T) {
	segment := func(batches ...[]byte) []byte { return slices.Concat(batches...) }
	tx, end := uint16(transactionalBit), uint16(transactionalBit|controlBit)
	dir := leave(t, map[string][]byte{
		"partitions/orders%2Fa-0/0.dat": segment(written(1, 0, tx), written(2, 3, tx), written(9, 0, 0)),
		"partitions/orders%2Fa-0/0.idx": make([]byte, 3*indexEntry),
		"partitions/orders%2Fa-0/3.dat": segment(written(1, 0, end), written(2, 3, tx)),
		"partitions/orders%2Fa-0/3.idx": make([]byte, 2*indexEntry),
		// The second batch has no index entry, and the third is half written.
		"partitions/b-12/0.dat":         segment(written(4, 0, tx), written(5, 0, tx)),
		"partitions/b-12/0.idx":         make([]byte, indexEntry),
		"partitions/c-0/0.dat":          segment(written(6, 0, tx), written(7, 0, tx)[:headerBytes]),
		"partitions/c-0/0.idx":          make([]byte, 2*indexEntry),
		"partitions/c-0/snapshot.json":  []byte("{}"),
		"partitions/no partition/0.dat": written(8, 0, tx),
		"session_state.json":            []byte("{}"),
		"sasl.json":                     []byte("{}"),
	})
	d, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := []Transaction{{"b", 12, 4, 0}, {"c", 0, 6, 0}, {"orders/a", 0, 2, 3}}
	if !slices.Equal(d.Unfinished(), want) {
		t.Errorf("unfinished: %v, want %v", d.Unfinished(), want)
	}
	if info, err := os.Stat(filepath.Join(dir, "partitions/b-12/0.dat")); err != nil || info.Size() != int64(len(written(4, 0, tx))) {
		t.Errorf("%v %v: the batch without an index entry is still there", info, err)
	}
	for _, name := range []string{"partitions/c-0/snapshot.json", "session_state.json", "sasl.json"} {
		if _, err := os.Stat(filepath.Join(dir, name)); !os.IsNotExist(err) {
			t.Errorf("%s is still there (%v)", name, err)
		}
	}
	if err := d.Close(true); err != nil {
		t.Fatal(err)
	}
	if d, err = Open(dir); err != nil || len(d.Unfinished()) != 0 {
		t.Fatalf("after a clean stop: %v, %v", d, err)
	}
	if err := d.Close(false); err != nil {
		t.Fatal(err)
	}
	if d, err = Open(dir); err != nil || !slices.Equal(d.Unfinished(), want) {
		t.Errorf("after one that was not: %v, %v", d.Unfinished(), err)
	}
}

// FuzzReadBatch: whatever stands in a segment, a batch never reaches beyond it and none is empty.
func FuzzReadBatch(f *testing.F) {
	f.Add(written(1, 2, transactionalBit))
	f.Add(written(1, 2, transactionalBit)[:headerBytes])
	f.Fuzz(func(t *testing.T, raw []byte) {
		if b, ok := readBatch(raw); ok && (b.size < headerBytes || b.size > len(raw)) {
			t.Errorf("a batch of %d bytes in %d", b.size, len(raw))
		}
	})
}
