package connect

// The exit codes of the commands, beside 0 for what was done.
const (
	ExitFailed    = 1 // it was not done; the error says why
	ExitMisuse    = 2 // the command line makes no sense
	ExitShort     = 3 // it ran to its end, and not everything arrived: the verdict is no
	ExitNoCluster = 4 // no lab runs here, or the cluster cannot be reached or does not let this user in
)

// ExitError is an error that knows the exit code of the program. It travels up to main, which alone ends the process.
type ExitError struct {
	Code int
	Err  error
}

// Error returns the text of the error it carries.
func (e *ExitError) Error() string { return e.Err.Error() }

// Unwrap returns the error it carries.
func (e *ExitError) Unwrap() error { return e.Err }

// ExitCode is what the program should end with.
func (e *ExitError) ExitCode() int { return e.Code }

// Misuse is the error of a command line that makes no sense; nil for nil.
func Misuse(err error) error {
	if err == nil {
		return nil
	}
	return &ExitError{ExitMisuse, err}
}

// Short is the error of a command after which not everything arrived.
func Short(err error) error { return &ExitError{ExitShort, err} }
