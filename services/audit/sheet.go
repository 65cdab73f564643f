package audit

// mark is what is known of one record: whether it appeared in its topic, and how many records followed from it.
type mark uint16

const (
	appearedBit mark = 1 << 15
	// maxFollowers is where a mark stops counting. Nothing but a flood of forged records comes near it.
	maxFollowers = appearedBit - 1
)

func (m *mark) appear() { *m |= appearedBit }

func (m *mark) follow() {
	if *m&maxFollowers < maxFollowers {
		*m++
	}
}

func (m mark) appeared() bool   { return m&appearedBit != 0 }
func (m mark) followers() int64 { return int64(m & maxFollowers) }

// pageSize is how many marks are allocated together. An offset that is made up costs one page, 512 bytes, whatever the
// offset is; a million real ones cost 2 MB.
const pageSize = 256

type page [pageSize]mark

// sheet holds the marks of one partition.
type sheet struct {
	start int64 // log start: records before it were deleted
	pages map[int64]*page

	// The page used last: records come in order of their offsets.
	last     *page
	lastPage int64
}

// at is the mark of an offset.
func (s *sheet) at(offset int64) *mark {
	n := offset / pageSize
	if s.last == nil || s.lastPage != n {
		if s.pages[n] == nil {
			s.pages[n] = &page{}
		}
		s.last, s.lastPage = s.pages[n], n
	}
	return &s.last[offset%pageSize]
}

// each calls do with every mark that was made, in no order.
func (s *sheet) each(do func(offset int64, m mark)) {
	for n, p := range s.pages {
		for i, m := range p {
			if m != 0 {
				do(n*pageSize+int64(i), m)
			}
		}
	}
}

// sheets holds the marks of one topic, by partition.
type sheets map[int32]*sheet

// of is the sheet of a partition.
func (s sheets) of(partition int32) *sheet {
	if s[partition] == nil {
		s[partition] = &sheet{pages: map[int64]*page{}}
	}
	return s[partition]
}
