package phrase

import (
	"context"
	"io"
	"io/fs"
	"net"
	"os"
	"syscall"
)

// names says that an error adds to what it wraps what was done to what: open x.md, dial tcp 127.0.0.1:9094.
func names(err any) bool {
	switch err.(type) {
	case *fs.PathError, *os.LinkError, *os.SyscallError, *net.OpError:
		return true
	}
	return false
}

// system is how an error of the operating system or of the standard library is said that people meet; the zero Phrase for others,
// which are said as they say themselves.
func system(err error) Phrase {
	switch err { //nolint:errorlint // the innermost error itself; Say has taken off what is around it
	case syscall.EADDRINUSE:
		return New("address already in use")
	case syscall.EADDRNOTAVAIL:
		return New("cannot assign requested address")
	case syscall.EACCES:
		return New("permission denied")
	case syscall.EPERM:
		return New("operation not permitted")
	case syscall.ENOENT:
		return New("no such file or directory")
	case syscall.EEXIST:
		return New("file exists")
	case syscall.ENOTDIR:
		return New("not a directory")
	case syscall.EISDIR:
		return New("is a directory")
	case syscall.ENOSPC:
		return New("no space left on device")
	case syscall.EROFS:
		return New("read-only file system")
	case syscall.EPIPE:
		return New("broken pipe")
	case syscall.ECONNREFUSED:
		return New("connection refused")
	case syscall.ECONNRESET:
		return New("connection reset by peer")
	case syscall.EHOSTUNREACH:
		return New("no route to host")
	case syscall.ENETUNREACH:
		return New("network is unreachable")
	case context.Canceled:
		return New("context canceled")
	case context.DeadlineExceeded:
		return New("context deadline exceeded")
	case os.ErrDeadlineExceeded:
		return New("i/o timeout")
	case io.ErrUnexpectedEOF:
		return New("unexpected EOF")
	}
	return Phrase{}
}
