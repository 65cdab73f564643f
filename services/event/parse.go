package event

import (
	"bytes"
	"encoding/json"
	"errors"
	"unicode/utf8"

	"blackfriday/kafka/phrase"
)

// MaxDepth is how deep the JSON of a record may be nested; the outermost object is level 1.
const MaxDepth = 64

// object checks that value is one JSON object in UTF-8 nested at most maxDepth deep. Depth is looked at before any
// decoder sees the value, so that a bomb of brackets costs one pass.
func object(value []byte, maxDepth int) *Rejection {
	if value == nil {
		return refuse(CodeNullValue, "the record has no value (null)")
	}
	if !utf8.Valid(value) {
		return notUTF8(value)
	}
	if deeperThan(value, maxDepth) {
		return refuse(CodeTooDeep, "the JSON is nested more than %d levels deep", maxDepth)
	}
	if !json.Valid(value) {
		return refuse(CodeInvalidJSON, "not valid JSON: %s", syntaxProblem(value))
	}
	if value := bytes.TrimLeft(value, " \t\r\n"); kind(value) != "an object" {
		return refuse(CodeNotAnObject, "the JSON is %s; it must be an object", word(value))
	}
	return nil
}

// notUTF8 names the first byte of value that is not UTF-8.
func notUTF8(value []byte) *Rejection {
	for i := 0; i < len(value); {
		r, size := utf8.DecodeRune(value[i:])
		if r == utf8.RuneError && size == 1 {
			return refuse(CodeNotUTF8, "not UTF-8: byte 0x%02X at position %d", value[i], i)
		}
		i += size
	}
	return refuse(CodeNotUTF8, "not UTF-8")
}

// syntaxProblem says in words what is wrong with the JSON of value.
func syntaxProblem(value []byte) phrase.Phrase {
	switch {
	case len(value) == 0:
		return phrase.New("the value is empty")
	case bytes.HasPrefix(value, []byte("\ufeff")):
		return phrase.New("it starts with a byte order mark")
	}
	var raw json.RawMessage
	err := json.Unmarshal(value, &raw)
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return phrase.New("%s at byte %d", Visible(syntax.Error()), syntax.Offset)
	}
	return phrase.New("it cannot be read")
}

// kind names the type of a valid JSON value.
func kind(value []byte) string {
	switch value[0] {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	default:
		return "a number"
	}
}

// word is what kind says, in every language.
func word(value []byte) phrase.Phrase {
	switch kind(value) {
	case "an object":
		return phrase.New("an object")
	case "a list":
		return phrase.New("a list")
	case "a string":
		return phrase.New("a string")
	case "a boolean":
		return phrase.New("a boolean")
	case "null":
		return phrase.New("null")
	default:
		return phrase.New("a number")
	}
}

// fields picks the named members out of a valid JSON object. Names are compared exactly: User_ID is not user_id. A
// field that is absent stays nil; one that stands there twice is refused, because two readers might each see another.
func fields(object []byte, names []string, into []*[]byte) *Rejection {
	for name, value := range members(object) {
		key := text(name)
		for i := range names {
			if string(key) != names[i] {
				continue
			}
			if *into[i] != nil {
				return refuse(CodeDuplicateField, "the field %s stands in one object twice", names[i])
			}
			*into[i] = value
		}
	}
	return nil
}
