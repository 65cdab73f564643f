package order

import (
	"net/http"
	"strconv"
	"sync"

	"blackfriday/services/recent"
	"blackfriday/services/web"
)

// Book lists the orders that all instances have written, those of dead instances too: the newest ones, within
// bounds, and the true totals. It is safe for use by several goroutines at once.
//
// An order is listed when its write is acknowledged, and listed again when it is written again: duplicates are what a
// class looks for here. So under exactly-once an order whose transaction was aborted and done again stands here twice,
// too, though a reader of committed data sees it once.
type Book struct {
	mu     sync.Mutex
	list   *recent.List[entry]
	totals map[int]int64 // by instance number
}

// entry is one order and who wrote it.
type entry struct {
	instance int
	json     []byte
}

// NewBook returns an empty book.
func NewBook() *Book {
	size := func(e entry) int { return len(e.json) }
	return &Book{list: recent.NewList(recent.MaxItems, recent.MaxBytes, size), totals: make(map[int]int64)}
}

// Total returns how many orders were written, redeliveries included.
func (b *Book) Total() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.list.Total()
}

// Handler answers GET /orders with the newest orders, oldest first, and GET /orders?instance=2 with those of one
// instance.
func (b *Book) Handler() http.Handler {
	return web.Route("/orders", http.MethodGet, func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		if !query.Has("instance") {
			orders, total := b.orders(0)
			web.List(w, "orders", orders, total)
			return
		}
		number, err := strconv.Atoi(query.Get("instance"))
		if err != nil || number < 1 {
			web.Error(w, http.StatusBadRequest, "instance must be the number of an order consumer: 1, 2, 3, …")
			return
		}
		orders, total := b.orders(number)
		web.List(w, "orders", orders, total)
	})
}

// Reset empties the book and its totals.
func (b *Book) Reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.list.Reset()
	clear(b.totals)
}

// add enters orders that an instance wrote.
func (b *Book) add(instance int, orders [][]byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, o := range orders {
		b.list.Add(entry{instance, o})
	}
	b.totals[instance] += int64(len(orders))
}

// orders returns the orders of one instance, or of all for 0, and how many it has ever written.
func (b *Book) orders(instance int) (orders [][]byte, total int64) {
	b.mu.Lock()
	entries, total := b.list.Items(), b.list.Total()
	if instance != 0 {
		total = b.totals[instance]
	}
	b.mu.Unlock()
	orders = make([][]byte, 0, len(entries))
	for _, e := range entries {
		if instance == 0 || e.instance == instance {
			orders = append(orders, e.json)
		}
	}
	return orders, total
}
