package kafka

import "blackfriday/kafka/phrase"

// ErrReadOnly is the error of everything that would write to a cluster, or join a group of it, where Config.ReadOnly says
// that it is only looked at.
var ErrReadOnly = phrase.Errorf("this program only observes (--observe): it joins no group and writes nothing")

// writable is ErrReadOnly on a cluster that is only looked at. Whatever sends a broker something that changes it asks here
// first.
func (c *Cluster) writable() error {
	if c.cfg.ReadOnly {
		return ErrReadOnly
	}
	return nil
}
