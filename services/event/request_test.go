package event_test

import (
	"strings"
	"testing"

	"blackfriday/services/event"
)

func TestParseRequest(t *testing.T) {
	tests := map[string]struct {
		body string
		want event.Code
	}{
		"plain":           {`{"user_id":1,"cart":[{"name":"A","price":1}]}`, ""},
		"a poison pill":   {`{"user_id":null,"cart":"not_a_list"}`, ""},
		"a deep pill":     {`{"user_id":1,"cart":` + strings.Repeat("[", 5_000) + strings.Repeat("]", 5_000) + `}`, ""},
		"too deep":        {`{"user_id":1,"cart":` + strings.Repeat("[", 100_000), event.CodeTooDeep},
		"empty":           {``, event.CodeInvalidJSON},
		"not an object":   {`[1]`, event.CodeNotAnObject},
		"no user":         {`{"cart":[]}`, event.CodeUserIDMissing},
		"no cart":         {`{"user_id":1}`, event.CodeCartMissing},
		"other case":      {`{"User_id":1,"cart":[]}`, event.CodeUserIDMissing},
		"user twice":      {`{"user_id":1,"user_id":1,"cart":[]}`, event.CodeDuplicateField},
		"not UTF-8":       {"{\"user_id\":\"\xff\",\"cart\":[]}", event.CodeNotUTF8},
		"trailing object": {`{"user_id":1,"cart":[]}{}`, event.CodeInvalidJSON},
	}
	for name, tt := range tests {
		_, err := event.ParseRequest([]byte(tt.body))
		if got := codeOf(t, err); got != tt.want {
			t.Errorf("%s: code %q (%v); want %q", name, got, err, tt.want)
		}
	}
}

func TestRequestKeepsWhatWasSent(t *testing.T) {
	r, err := event.ParseRequest([]byte(`{"extra":1, "cart": [ {"name":"<é>", "price":1.50} ], "user_id": "7"}`))
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"user_id":"7","cart":[ {"name":"<é>", "price":1.50} ],"timestamp":1795766400.123456}`
	if got := string(r.AppendPayment(nil, day())); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}
