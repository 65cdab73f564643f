// Package deadletters lists what stands in the dead letter queue, sends it again, and exports it.
package deadletters

import (
	"time"

	"blackfriday/services/messages"
)

// Letter is one record of dlq-payment. Everything in it is hostile until escaped.
type Letter struct {
	messages.Message
	Code     string // stable error code; empty when another program wrote the record
	Error    string // plain English
	Original []byte // the refused value; nil when it was null or cannot be known
	// Null: the original was a null value. Truncated: it was too large, and Original is its beginning. Foreign: the record
	// is no envelope of this lab's; Original is the whole value then.
	Null, Truncated, Foreign bool

	Source    messages.Place // where the refused record stood; Source.Topic is empty when unknown
	Instance  string         // that refused it
	Attempts  int            // how often it was tried; 0 when the record does not say
	Redrives  int            // how often the payment had been sent again before it came here
	SentAs    messages.Place // where the newest copy stands that was sent again; Topic is empty when none is known
	RefusedAt time.Time      // by the envelope's timestamp; zero when unknown
}

// Query asks for letters, newest first.
type Query struct {
	Code   string          // only letters with this error code; empty: all
	Filter string          // only letters that contain this text, or whose original does, in any case; empty: all
	Limit  int             // at most so many; 0 and more than messages.MaxPage mean messages.MaxPage
	Before messages.Cursor // the Cursor of a page, to continue it towards older letters
}

// Page is the answer to a Query.
type Page struct {
	Letters []Letter
	Counts  map[string]int64 // of all letters, by error code ("" for none), at most a hundred codes; others under "…"
	Total   int64            // of all letters
	Cursor  messages.Cursor
	Older   bool // there may be older ones
	Bounded bool // see messages.Page: the page holds as much as one may
	// Unsearched is how many payments were not looked at yet for copies of letters: SentAs may miss those. Every List
	// looks at some more.
	Unsearched int64
}

// OtherCodes is where Page.Counts counts what it has no more room for.
const OtherCodes = "…"

// Repair is what is done to an original before it is sent again.
type Repair int

// The repairs.
const (
	AsIs    Repair = iota // nothing
	Fix                   // the missing or wrong fields are set to valid ones, what was right is kept
	Replace               // the whole value is replaced by Order.Value
)

// Order asks for letters to be sent again.
type Order struct {
	Letters []messages.Place // in dlq-payment
	Repair  Repair
	Value   []byte // for Replace
	Again   bool   // send also letters of which a copy was sent before
}

// MostRedrives is how often one payment may be sent again: more would be a loop.
const MostRedrives = messages.MaxRedrives

// Outcome is what became of one letter.
type Outcome struct {
	Letter messages.Place
	SentAs messages.Place // in payment-successful; valid when Err is nil
	Err    error          // why it was not sent: it names the letter and the cure
}
