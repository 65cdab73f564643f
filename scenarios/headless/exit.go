package headless

// The exit codes of `run`, beside 0 for checks that all hold.
const (
	exitFailed = 1 // a check does not hold, or the play was interrupted
	exitMisuse = 2 // an unknown name or a flag that makes no sense
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

func misuse(err error) error { return &ExitError{Code: exitMisuse, Err: err} }
