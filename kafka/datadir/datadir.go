// Package datadir keeps the directory of a durable embedded cluster: for one process at a time, with nobody else's files in
// it, and mended where a process was killed.
package datadir

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"blackfriday/kafka/phrase"
)

// The files of this package in a directory; the others are kfake's.
const (
	identityFile = "blackfriday.json"
	lockFile     = "blackfriday.lock"
)

// format is the number of the layout of a directory. A program refuses a directory whose number is higher than its own.
const format = 1

// Errors of Open, wrapped in a sentence that names the directory and the cure.
var (
	ErrInUse   = phrase.Errorf("another blackfriday uses it")
	ErrForeign = phrase.Errorf("it holds files that blackfriday did not write")
	ErrNewer   = phrase.Errorf("a newer blackfriday wrote it")
)

// identity says whose a directory is.
type identity struct {
	Format int `json:"format"`
	// Open: a process uses the directory, or was killed while it did.
	Open bool `json:"open"`
}

// Dir is a directory that this process uses and no other.
type Dir struct {
	path       string
	lock       *flock.Flock
	unfinished []Transaction
}

// Open takes the directory for this process, makes it where there is none, and mends what a killed process left in it.
// The error names the directory and what to do.
func Open(path string) (*Dir, error) {
	d := &Dir{path: path, lock: flock.New(filepath.Join(path, lockFile))}
	if err := d.open(); err != nil {
		return nil, errors.Join(phrase.Errorf("--data-dir %s: %w", path, explain(err)), d.lock.Close())
	}
	return d, nil
}

func (d *Dir) open() error {
	if err := os.MkdirAll(d.path, 0o700); err != nil {
		return err
	}
	if _, err := d.identity(); err != nil {
		return err
	}
	locked, err := d.lock.TryLock()
	if err != nil {
		return err
	}
	if !locked {
		return ErrInUse
	}
	id, err := d.identity() // again: whoever had the lock may have changed it
	if err != nil {
		return err
	}
	if id.Open {
		if d.unfinished, err = mend(d.path); err != nil {
			return err
		}
	}
	// Passwords and rights are those of one start: kfake would prefer what it wrote down to what it is told.
	if err := remove(filepath.Join(d.path, "sasl.json"), filepath.Join(d.path, "acls.json")); err != nil {
		return err
	}
	return d.write(identity{Format: format, Open: true})
}

// explain says what to do about an error of Open.
func explain(err error) error {
	switch {
	case errors.Is(err, ErrInUse):
		return phrase.Errorf("%w; stop that one, or choose another directory", err)
	case errors.Is(err, ErrForeign):
		return phrase.Errorf("%w; choose an empty directory, or one that --data-dir made", err)
	case errors.Is(err, ErrNewer):
		return phrase.Errorf("%w; use that version, or choose another directory", err)
	}
	return phrase.Errorf("%w; choose a directory that can be written, on a disk with room", err)
}

// identity reads whose the directory is. One that is empty is ours to take.
func (d *Dir) identity() (id identity, err error) {
	data, err := os.ReadFile(filepath.Join(d.path, identityFile))
	if errors.Is(err, fs.ErrNotExist) {
		return identity{}, d.empty()
	}
	if err != nil {
		return identity{}, err
	}
	if err := json.Unmarshal(data, &id); err != nil || id.Format < 1 {
		return identity{}, phrase.Errorf("%s: %w", identityFile, ErrForeign)
	}
	if id.Format > format {
		return identity{}, ErrNewer
	}
	return id, nil
}

// empty returns ErrForeign unless there is nothing in the directory but what Open itself leaves there first.
func (d *Dir) empty() error {
	entries, err := os.ReadDir(d.path)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() != lockFile && e.Name() != identityFile+".new" {
			return ErrForeign
		}
	}
	return nil
}

// write replaces the identity file in one step.
func (d *Dir) write(id identity) error {
	data, err := json.Marshal(id)
	if err != nil {
		return err
	}
	name := filepath.Join(d.path, identityFile)
	if err := os.WriteFile(name+".new", append(data, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}

// Path is where the directory is.
func (d *Dir) Path() string { return d.path }

// Unfinished are the transactions that a killed process left open. Each needs a marker that it is aborted before anybody
// reads: see Transaction.
func (d *Dir) Unfinished() []Transaction { return d.unfinished }

// Close gives the directory back. Clean says that everything was written: otherwise the next Open mends what it finds.
func (d *Dir) Close(clean bool) error {
	var err error
	if clean {
		err = d.write(identity{Format: format})
	}
	return errors.Join(err, d.lock.Close())
}

// remove removes files that may not be there.
func remove(names ...string) error {
	for _, name := range names {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
