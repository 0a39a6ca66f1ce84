package main

import (
	"strings"

	"github.com/symbolon-id/symbolon/templates"
)

// terminalQR draws a code with half blocks, two rows to a line: black on white, whatever the colours
// of the terminal are, because scanners want it that way round.
func terminalQR(code templates.QR) string {
	const blackOnWhite, plain = "\x1b[30;107m", "\x1b[0m"
	var out strings.Builder
	quiet := code.Quiet()
	for y := -quiet; y < len(code)+quiet; y += 2 {
		out.WriteString(blackOnWhite)
		for x := -quiet; x < len(code)+quiet; x++ {
			out.WriteString(halfBlock(dark(code, x, y), dark(code, x, y+1)))
		}
		out.WriteString(plain + "\n")
	}
	return out.String()
}

func dark(code templates.QR, x, y int) bool {
	return y >= 0 && y < len(code) && x >= 0 && x < len(code[y]) && code[y][x]
}

func halfBlock(upper, lower bool) string {
	switch {
	case upper && lower:
		return "█"
	case upper:
		return "▀"
	case lower:
		return "▄"
	}
	return " "
}
