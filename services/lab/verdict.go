package lab

import (
	"fmt"
	"strings"

	"blackfriday/services/payment"
)

// settled corrects the verdict on a flood that was given up with payments whose outcome was unknown: their answers came
// after all. A client keeps what it has sent until a broker answers.
func (s *state) settled(verdict, now payment.Progress) {
	// What was written before the topics were recreated is gone, whatever became of it.
	if now.ID <= s.forgotten || now.Unknown == verdict.Unknown {
		return
	}
	if now.Unknown == 0 && now.Failed == verdict.Failed {
		s.feed.add(Good, "flood", 0, "%s of flood %d, until now unknown: acknowledged after all, %s after it began.",
			paymentsText(verdict.Unknown), now.ID, shortly(now.Took))
		return
	}
	var became []string
	for _, part := range []struct {
		n    int64
		what string
	}{
		{now.Acked - verdict.Acked, fmt.Sprintf("acknowledged after all, %s after it began", shortly(now.Took))},
		{now.Failed - verdict.Failed, "certainly not written"},
		{now.Unknown, "unknown for good"},
	} {
		if part.n > 0 {
			became = append(became, fmt.Sprintf("%d %s", part.n, part.what))
		}
	}
	s.feed.add(Warn, "flood", 0, "%s of flood %d, until now unknown: %s.",
		paymentsText(verdict.Unknown), now.ID, strings.Join(became, "; "))
}
