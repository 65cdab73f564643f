//go:build !linux

package realtest

import "syscall"

// dieWithParent asks for nothing: only Linux ties a process to the life of its parent.
func dieWithParent() *syscall.SysProcAttr { return nil }
