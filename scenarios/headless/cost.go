package headless

import (
	"time"

	"blackfriday/kafka/phrase"
	"blackfriday/scenarios"
)

// cost is one scenarios.Cost.
type cost struct {
	Protocol       string `json:"protocol"`
	Cause          string `json:"cause"`
	Count          int    `json:"count"`
	UnreadMaxMS    *int64 `json:"unread_max_ms"`
	UnreadMeanMS   *int64 `json:"unread_mean_ms"`
	KeptPauseMaxMS *int64 `json:"kept_pause_max_ms"`
	Redelivered    int64  `json:"redelivered"`
}

func newCost(c scenarios.Cost) cost {
	return cost{
		Protocol:       c.Protocol,
		Cause:          string(c.Cause),
		Count:          c.Count,
		UnreadMaxMS:    measuredMS(c.UnreadMax),
		UnreadMeanMS:   measuredMS(c.UnreadMean),
		KeptPauseMaxMS: measuredMS(c.KeptPauseMax),
		Redelivered:    c.Redelivered,
	}
}

func measuredMS(d time.Duration) *int64 {
	if d < 0 {
		return nil
	}
	ms := d.Milliseconds()
	return &ms
}

// costs prints the costs as a table.
func (p *printer) costs(costs []scenarios.Cost) {
	rows := make([]string, len(costs))
	for i, c := range costs {
		rows[i] = p.row(c.Protocol, scenarios.CauseText(c.Cause), c.Count, ms(c.UnreadMax), ms(c.UnreadMean), ms(c.KeptPauseMax), c.Redelivered)
	}
	p.table(p.row(phrase.New("protocol"), phrase.New("cause"), "n", phrase.New("unread max"), phrase.New("mean"), phrase.New("kept paused"),
		phrase.New("read again")), rows)
}

func ms(d time.Duration) phrase.Phrase {
	if d < 0 {
		return phrase.New("–")
	}
	return phrase.New("%d ms", d.Milliseconds())
}
