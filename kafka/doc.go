// Package kafka is everything that speaks to a broker: the embedded cluster and real ones, producers, group members,
// and the observer. It is the only package that imports franz-go.
package kafka
