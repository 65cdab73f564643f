package guard

import (
	"encoding/binary"
	"math"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// noReplica is the first version of Fetch that does not begin with a replica id, isolation the first that says whether
// aborted records are wanted.
const (
	noReplica = 15
	isolation = 4
)

// unbound lifts the bound of a whole answer from a Fetch of committed records; the bound of each partition stays. Where
// kfake ends an answer because it is full, it leaves out which of the records that it has put in were aborted, and the
// reader takes them for committed ones.
func unbound(req kmsg.Request, body []byte) {
	if req.Key() != int16(kmsg.Fetch) || req.GetVersion() < isolation {
		return
	}
	at := 8 // behind the longest wait and the least number of bytes
	if req.GetVersion() < noReplica {
		at += 4
	}
	const readCommitted = 1
	if len(body) > at+4 && body[at+4] == readCommitted {
		binary.BigEndian.PutUint32(body[at:], math.MaxInt32)
	}
}
