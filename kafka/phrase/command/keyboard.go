package command

import (
	"os"

	"github.com/spf13/cobra"
)

// KeepKeyboard leaves the keyboard to what the commands do. Before fang prints a help or an error, it asks the terminal for
// its background and waits on os.Stdin for an answer, 2 s and at times for ever: it finds no terminal there.
func KeepKeyboard(root *cobra.Command) {
	keyboard := os.Stdin
	nobody, err := os.Open(os.DevNull)
	if err != nil {
		return // it is slower, and nothing else
	}
	var keep func(*cobra.Command)
	keep = func(c *cobra.Command) {
		if run := c.RunE; run != nil {
			c.RunE = func(cmd *cobra.Command, args []string) error {
				os.Stdin = keyboard
				defer func() { os.Stdin = nobody }()
				return run(cmd, args)
			}
		}
		for _, child := range c.Commands() {
			keep(child)
		}
	}
	keep(root)
	os.Stdin = nobody
}
