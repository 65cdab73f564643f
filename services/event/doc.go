// Package event holds the JSON of the lab's four topics, the validator with its stable error codes, and the payments
// that a flood or a poison test sends. It is pure: no broker, no clock, no goroutine.
package event
