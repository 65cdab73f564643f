package lab

import (
	"blackfriday/kafka/phrase"
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
		s.feed.tell(Good, "flood", 0, phrase.Count(verdict.Unknown,
			"%s payment of flood %d, until now unknown: acknowledged after all, %s after it began.",
			"%s payments of flood %d, until now unknown: acknowledged after all, %s after it began.", now.ID, phrase.Seconds(now.Took)))
		return
	}
	became := phrase.List{Between: "; "}
	if n := now.Acked - verdict.Acked; n > 0 {
		became.Parts = append(became.Parts, phrase.Count(n,
			"%s acknowledged after all, %s after it began", "%s acknowledged after all, %s after it began", phrase.Seconds(now.Took)))
	}
	if n := now.Failed - verdict.Failed; n > 0 {
		became.Parts = append(became.Parts, phrase.Count(n, "%s certainly not written", "%s certainly not written"))
	}
	if n := now.Unknown; n > 0 {
		became.Parts = append(became.Parts, phrase.Count(n, "%s unknown for good", "%s unknown for good"))
	}
	s.feed.tell(Warn, "flood", 0, phrase.Count(verdict.Unknown,
		"%s payment of flood %d, until now unknown: %s.", "%s payments of flood %d, until now unknown: %s.", now.ID, became))
}
