package kafka

import (
	"errors"
	"slices"
	"testing"
)

// What is told last is what is wrong still.
func TestAFailureThatIsOverIsNotShownForAnother(t *testing.T) {
	var told []error
	f := failures{tell: func(err error) { told = append(told, err) }}
	read, join := errors.New("read"), errors.New("join")
	f.report("read", read)
	f.report("join", join)
	f.report("join", nil)
	f.report("commit", nil)
	f.report("read", nil)
	if want := []error{read, join, read, nil}; !slices.Equal(told, want) {
		t.Errorf("told %v, want %v", told, want)
	}
}
