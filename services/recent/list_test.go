package recent_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"blackfriday/services/recent"
)

func TestListKeepsTheNewest(t *testing.T) {
	list := recent.NewList(3, 100, func(int) int { return 1 })
	for i := range 5 {
		list.Add(i)
	}
	if got := list.Items(); !slices.Equal(got, []int{2, 3, 4}) || list.Total() != 5 {
		t.Errorf("items %v, total %d; want [2 3 4] and 5", got, list.Total())
	}
}

func TestListKeepsWithinItsWeight(t *testing.T) {
	list := recent.NewList(10, 10, func(weight int) int { return weight })
	for _, weight := range []int{4, 4, 4, 99} {
		list.Add(weight)
	}
	if got := list.Items(); !slices.Equal(got, []int{99}) || list.Total() != 4 {
		t.Errorf("items %v, total %d; want the newest alone and 4", got, list.Total())
	}
	list.Add(1)
	if got := list.Items(); !slices.Equal(got, []int{1}) {
		t.Errorf("items %v after a light one; want [1]", got)
	}
}

// Whatever is added, the list holds the longest tail within both bounds.
func TestListAgainstAModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		maxItems := rapid.IntRange(1, 40).Draw(t, "maxItems")
		maxBytes := rapid.IntRange(1, 60).Draw(t, "maxBytes")
		list := recent.NewList(maxItems, maxBytes, func(v int) int { return v })
		var model []int
		for i, v := range rapid.SliceOf(rapid.IntRange(0, 20)).Draw(t, "values") {
			list.Add(v)
			model = append(model, v)
			for len(model) > maxItems || len(model) > 1 && sum(model) > maxBytes {
				model = model[1:]
			}
			if got := list.Items(); !slices.Equal(got, model) || list.Total() != int64(i+1) {
				t.Fatalf("items %v, total %d; want %v and %d", got, list.Total(), model, i+1)
			}
		}
	})
}

// sum adds up values.
func sum(values []int) (total int) {
	for _, v := range values {
		total += v
	}
	return total
}
