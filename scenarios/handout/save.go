package handout

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"blackfriday/kafka/phrase"
)

// mostTries is how many hand-outs of one second get names of their own.
const mostTries = 100

// Pages are a report that was rendered, and is not written yet.
type Pages struct {
	stem       string
	head, rest string // the Markdown before and after the name of the picture
	svg        string
}

// Render makes the pages of a report in a language, nil for English. They have nothing in common with the report any more.
func (r Report) Render(l *phrase.Language) Pages {
	const name = "\x00" // stands in no text: all of them are visible
	r.Picture = name
	head, rest, _ := strings.Cut(r.Markdown(l), name)
	return Pages{stem: "blackfriday-handout-" + r.At.Format("20060102-150405"), head: head, rest: rest, svg: r.SVG(l)}
}

// Save writes pages into a directory, empty for the working directory: blackfriday-handout-DATE-TIME.md and, beside it, the
// picture as .svg. It overwrites nothing: where a name is taken both get a number. It returns the path of the Markdown.
func (p Pages) Save(dir string) (path string, err error) {
	for try := 1; try <= mostTries; try++ {
		stem := p.stem
		if try > 1 {
			stem = fmt.Sprintf("%s-%d", stem, try)
		}
		path = filepath.Join(dir, stem)
		if err = p.write(path, stem+".svg"); err == nil {
			return path + ".md", nil
		}
		if !errors.Is(err, os.ErrExist) {
			break
		}
	}
	return "", phrase.Errorf("write the hand-out: %v; choose another directory with --handout", err)
}

// write writes both files, or leaves none.
func (p Pages) write(path, picture string) error {
	if err := write(path+".svg", p.svg); err != nil {
		return err
	}
	if err := write(path+".md", p.head+picture+p.rest); err != nil {
		return errors.Join(err, os.Remove(path+".svg"))
	}
	return nil
}

// write writes a new file whole, or leaves none.
func write(path, text string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.WriteString(text)
	if err = errors.Join(err, file.Close()); err != nil {
		err = errors.Join(err, os.Remove(path))
	}
	return err
}

// CheckDir says what is wrong with a directory for hand-outs before anything is done for them; empty is the working directory.
func CheckDir(dir string) error {
	if dir == "" {
		return nil
	}
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return phrase.Errorf("--handout %s: there is no such directory; make it first", dir)
	case err != nil:
		return phrase.Errorf("--handout: %w", err)
	case !info.IsDir():
		return phrase.Errorf("--handout %s: that is a file; name a directory", dir)
	}
	return nil
}
