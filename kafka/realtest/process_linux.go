package realtest

import "syscall"

// dieWithParent has Linux kill the process when the test's process dies without stopping it, as one does that timed out.
func dieWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
