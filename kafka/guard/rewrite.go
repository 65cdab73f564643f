package guard

import (
	"encoding/binary"
	"sync"
)

// correlationAt is where the correlation id stands in a request: behind size, API key and API version.
const correlationAt = headerBytes

// Rewrite changes a response of kfake on its way to the client. body is what follows the correlation id; the result
// replaces it. It must not keep body.
type Rewrite func(version int16, body []byte) []byte

// awaited are the requests of one connection whose responses are to be rewritten, by correlation id.
type awaited struct {
	mu       sync.Mutex
	versions map[int32]int16
	rewrites map[int32]Rewrite
}

// expect notes a request whose response will have to be rewritten.
func (a *awaited) expect(frame []byte, rewrites map[int16]Rewrite) {
	if len(frame) < correlationAt+4 {
		return
	}
	rewrite, wanted := rewrites[apiKey(frame[sizeBytes:])]
	if !wanted {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.rewrites == nil {
		a.versions, a.rewrites = map[int32]int16{}, map[int32]Rewrite{}
	}
	id := int32(binary.BigEndian.Uint32(frame[correlationAt:]))
	a.versions[id], a.rewrites[id] = apiVersion(frame[sizeBytes:]), rewrite
}

// take returns how the response with this correlation id is rewritten, if it is.
func (a *awaited) take(response []byte) (rewrite Rewrite, version int16, wanted bool) {
	if len(response) < sizeBytes+4 {
		return nil, 0, false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	id := int32(binary.BigEndian.Uint32(response[sizeBytes:]))
	rewrite, wanted = a.rewrites[id]
	version = a.versions[id]
	delete(a.rewrites, id)
	delete(a.versions, id)
	return rewrite, version, wanted
}

// Write sends a response, rewritten where that was asked for. kfake writes one whole response at a time.
func (c *conn) Write(response []byte) (int, error) {
	if c.login != nil {
		c.login.hear(response)
	}
	rewrite, version, wanted := c.awaited.take(response)
	if !wanted {
		return c.Conn.Write(response)
	}
	head := sizeBytes + 4
	changed := append(append([]byte(nil), response[:head]...), rewrite(version, response[head:])...)
	binary.BigEndian.PutUint32(changed, uint32(len(changed)-sizeBytes))
	if _, err := c.Conn.Write(changed); err != nil {
		return 0, err
	}
	return len(response), nil
}
