package event

import (
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"
)

// appendString appends s to dst as a JSON string. Unlike encoding/json it leaves < > & alone, because the copy of a
// payload in the DLQ should read like the payload, and it escapes DEL and C1 controls, because people read that copy
// in a terminal. s must be UTF-8.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	done := 0
	for i, r := range s {
		if escapedLen(r) == utf8.RuneLen(r) {
			continue
		}
		dst = append(dst, s[done:i]...)
		dst = appendEscape(dst, r)
		done = i + utf8.RuneLen(r)
	}
	dst = append(dst, s[done:]...)
	return append(dst, '"')
}

// escapedLen returns how many bytes appendString writes for r.
func escapedLen(r rune) int {
	switch {
	case r == '"' || r == '\\' || r == '\n' || r == '\r' || r == '\t':
		return len(`\n`)
	case unicode.IsControl(r):
		return len(`\u0000`)
	default:
		return utf8.RuneLen(r)
	}
}

// appendEscape appends the escape sequence of r.
func appendEscape(dst []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(dst, '\\', byte(r))
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	default: // a control character, which is below U+0100
		const hex = "0123456789abcdef"
		return append(dst, '\\', 'u', '0', '0', hex[r>>4&0xf], hex[r&0xf])
	}
}

// appendSeconds appends a time after 1970 as seconds with six decimals: the float that Python's time.time() gives.
func appendSeconds(dst []byte, at time.Time) []byte {
	micros := at.UnixMicro()
	dst = strconv.AppendInt(dst, micros/1e6, 10)
	point := len(dst)
	dst = strconv.AppendInt(dst, 1e6+micros%1e6, 10)
	dst[point] = '.' // in the place of the 1 that kept the leading zeros
	return dst
}
