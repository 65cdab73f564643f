package event

import (
	"strings"

	"blackfriday/kafka/phrase"
)

// Pill is a record made to break a consumer.
type Pill struct {
	Name  string        // short and stable: "negative-price"
	Title phrase.Phrase // what it is, in a few words
	Value []byte        // nil: a Kafka null
	Code  Code          // what the validator must answer
}

// Pills returns the fourteen poison pills: the course's eight, then six beyond it.
func Pills() []Pill {
	text := func(name string, title phrase.Phrase, value string, code Code) Pill {
		return Pill{name, title, []byte(value), code}
	}
	return []Pill{
		text("invalid-json", phrase.New("not JSON at all"), `{ invalid json :`, CodeInvalidJSON),
		text("no-user", phrase.New("no user_id"), `{"cart":[{"name":"Cafetière","price":27.5}]}`, CodeUserIDMissing),
		text("wrong-types", phrase.New("words instead of a number and a list"),
			`{"user_id":"not_a_number","cart":"not_a_list"}`, CodeCartNotAList),
		text("nulls", phrase.New("null in every field"), `{"user_id":null,"cart":null,"timestamp":null}`, CodeUserIDWrongType),
		text("empty-object", phrase.New("an empty object"), `{}`, CodeUserIDMissing),
		text("negative-price", phrase.New("a price of −1000"),
			`{"user_id":666,"cart":[{"name":"Cafetière","price":-1000}]}`, CodePriceNotPositive),
		text("long-name", phrase.New("a name of 10,000 characters"),
			`{"user_id":777,"cart":[{"name":"`+strings.Repeat("A", 10_000)+`","price":10}]}`, CodeNameTooLong),
		text("injection", phrase.New("SQL and script injection"),
			`{"user_id":"'; DROP TABLE users; --","cart":[{"name":"<script>alert('xss')</script>","price":10}]}`,
			CodeUserIDSpecialChar),
		text("not-utf8", phrase.New("bytes that are not UTF-8"), "\xff\xfe\x80{\"user_id\":1,\"cart\":[]}", CodeNotUTF8),
		{"null-value", phrase.New("a null value"), nil, CodeNullValue},
		text("deep", phrase.New("JSON nested 10,000 deep"),
			`{"user_id":1,"cart":`+strings.Repeat("[", 9_999)+strings.Repeat("]", 9_999)+`}`, CodeTooDeep),
		text("escapes", phrase.New("terminal escape sequences in a name"),
			`{"user_id":2,"cart":[{"name":"\u001b[2J\u001b[31mPWNED\u001b[0m\u0007","price":10}]}`,
			CodeNameControlChar),
		text("huge-price", phrase.New("a price of 1e400"), `{"user_id":3,"cart":[{"name":"Montre","price":1e400}]}`,
			CodePriceOutOfRange),
		text("boolean-user", phrase.New("true as user_id"), `{"user_id":true,"cart":[{"name":"Montre","price":425}]}`,
			CodeUserIDWrongType),
	}
}
