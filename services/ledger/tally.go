package ledger

import (
	"cmp"
	"maps"
	"slices"
)

const (
	// maxNames is how many instances, and how many error codes, are told apart; maxName how long a name is, in bytes.
	// Names come from headers, which anybody can write.
	maxNames = 100
	maxName  = 128
	// others is where everything beyond is counted.
	others = "…"
)

// named returns the entry of a name, or that of the others when there is no more room.
func named[T any](all map[string]*T, name []byte) *T {
	name = name[:min(len(name), maxName)]
	if one := all[string(name)]; one != nil {
		return one
	}
	key := string(name)
	if len(all) >= maxNames {
		key = others
	}
	if all[key] == nil {
		all[key] = new(T)
	}
	return all[key]
}

// services are what the instances wrote, by name.
type services map[string]*Service

// count adds a follower.
func (s services) count(name []byte, k kind, again bool) {
	one := named(s, name)
	switch k {
	case anOrder:
		one.Orders++
	case aLetter:
		one.Letters++
	case anEmail:
		one.Emails++
	}
	if again {
		one.Duplicates++
	}
}

// list is a copy, by name.
func (s services) list() []Service {
	all := make([]Service, 0, len(s))
	for name, one := range s {
		one.Name = name
		all = append(all, *one)
	}
	slices.SortFunc(all, func(a, b Service) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// codes counts dead letters, by error code.
type codes map[string]*int64

func (c codes) count(code []byte) { *named(c, code)++ }

// counts is a copy.
func (c codes) counts() map[string]int64 {
	all := make(map[string]int64, len(c))
	for code, n := range maps.All(c) {
		all[code] = *n
	}
	return all
}
