package tui

import (
	"charm.land/fang/v2"
	"charm.land/lipgloss/v2"
)

// HelpColours are those of --help: of the terminal's own sixteen, those that are read on a dark ground and on a light one.
func HelpColours(lipgloss.LightDarkFunc) fang.ColorScheme {
	plain := lipgloss.NoColor{}
	return fang.ColorScheme{
		Base: plain, Description: plain, Argument: plain, Help: plain, Dash: plain, Comment: plain,
		Title: lipgloss.Blue, Command: lipgloss.Cyan, Flag: lipgloss.Magenta, FlagDefault: lipgloss.Magenta, QuotedString: lipgloss.Green,
	}
}
