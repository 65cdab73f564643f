package event

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode"
)

// maxShownUser is how many characters of a user id are shown; ids themselves have no limit.
const maxShownUser = 64

// UserID is a user_id in the JSON form in which it was sent: an integer of any size, or a quoted string. It is passed
// on in that form, so 1 and "1" stay two users and no digit is lost.
type UserID string

// String returns what the id says: the digits, or the string without its quotes. It may be hostile when the id has
// not passed the validator.
func (u UserID) String() string {
	if len(u) >= 2 && u[0] == '"' {
		return string(text([]byte(u)))
	}
	return string(u)
}

// Shown returns the id for a log or a screen: at most 64 characters, and every one visible.
func (u UserID) Shown() string { return excerpt(u.String(), maxShownUser) }

// MarshalJSON returns the id as it was sent.
func (u UserID) MarshalJSON() ([]byte, error) {
	if !json.Valid([]byte(u)) {
		return nil, fmt.Errorf("encode user_id %q: not JSON", Visible(string(u)))
	}
	return []byte(u), nil
}

// UnmarshalJSON takes an integer or a string and refuses everything else with a *Rejection.
func (u *UserID) UnmarshalJSON(value []byte) error {
	if r := userType(value); r != nil {
		return r
	}
	*u = UserID(value)
	return nil
}

// userType checks the type of a user_id.
func userType(value []byte) *Rejection {
	switch k := kind(value); {
	case k == "a string" || isInteger(value):
		return nil
	case k == "a number":
		return refuse(CodeUserIDWrongType,
			"user_id is the number %s; it must be an integer or a string", excerpt(string(value), maxQuoted))
	default:
		return refuse(CodeUserIDWrongType, "user_id is %s; it must be an integer or a string", word(value))
	}
}

// isInteger says whether a valid JSON value is a number without fraction and exponent.
func isInteger(value []byte) bool {
	return kind(value) == "a number" && !bytes.ContainsAny(value, ".eE")
}

// forbidden says whether no user_id and no name may hold the character r.
func forbidden(r rune) bool {
	switch r {
	case '<', '>', '\'', '"', '%', ';', '(', ')', '&', '+':
		return true
	default:
		return unicode.IsControl(r)
	}
}

// badChar returns the first forbidden character of s.
func badChar(s []byte) (bad rune, found bool) {
	for _, r := range string(s) {
		if forbidden(r) {
			return r, true
		}
	}
	return 0, false
}

// userChars checks the characters of a user_id.
func userChars(value []byte) *Rejection {
	if kind(value) != "a string" {
		return nil
	}
	bad, found := badChar(text(value))
	switch {
	case !found:
		return nil
	case unicode.IsControl(bad):
		return refuse(CodeUserIDControlChar, "user_id contains the control character %s", Visible(string(bad)))
	default:
		return refuse(CodeUserIDSpecialChar, "user_id contains the character %s, which is not allowed", string(bad))
	}
}
