package scenarios

import (
	"fmt"
	"strconv"
	"time"
)

// String says what the lab and its load are, in one line.
func (s Setup) String() string {
	return fmt.Sprintf("partitions: %d, consumers: %d, %v per payment", s.Partitions, s.Orders, s.Delay)
}

// count writes a number with its thousands apart: 1,000,000.
func count[N int | int64](n N) string {
	digits := strconv.FormatInt(int64(n), 10)
	first := len(digits)
	for first > 3 && digits[first-4] != '-' {
		digits = digits[:first-3] + "," + digits[first-3:]
		first -= 3
	}
	return digits
}

// elapsed writes a measured time as a person would say it.
func elapsed(d time.Duration) string {
	switch {
	case d < 0:
		return "never"
	case d < time.Second:
		return fmt.Sprintf("%.4g ms", float64(d)/float64(time.Millisecond))
	default:
		return fmt.Sprintf("%.2f s", d.Seconds())
	}
}
