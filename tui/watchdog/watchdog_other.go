//go:build !unix

package watchdog

// IsChild says whether this process was started to be a watchdog: never, on this system.
func IsChild() bool { return false }

// Start does nothing on this system: the console gives the terminal back by itself.
func Start() (stop func() error, err error) { return func() error { return nil }, nil }

// Run is never called on this system.
func Run() int { return 1 }
