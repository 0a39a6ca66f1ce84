package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
)

// print writes value as JSON when --json was given, else as text writes it.
func (p *program) print(cmd *cobra.Command, value any, text func(w io.Writer)) error {
	out := cmd.OutOrStdout()
	if p.json {
		enc := json.NewEncoder(out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(value)
	}
	table := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	text(table)
	return table.Flush()
}

// say talks to the person at the terminal, away from the data.
func say(cmd *cobra.Command, format string, args ...any) {
	fmt.Fprintf(cmd.ErrOrStderr(), format+"\n", args...)
}

// row writes one line of a table. What people chose (names) cannot break it.
func row(w io.Writer, cells ...any) {
	texts := make([]string, len(cells))
	for i, cell := range cells {
		texts[i] = strings.Map(flatten, fmt.Sprint(cell))
		if texts[i] == "" {
			texts[i] = "-"
		}
	}
	fmt.Fprintln(w, strings.Join(texts, "\t"))
}

func flatten(r rune) rune {
	if r < ' ' || r == 0x7f {
		return ' '
	}
	return r
}

// day shows a time in a table: short, and empty for never.
func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04")
}

// lasts says how long something can be used; nil: for ever.
func lasts(expires *time.Time) string {
	switch {
	case expires == nil:
		return "does not expire"
	case expires.Before(time.Now()):
		return "expired " + day(*expires)
	}
	return "until " + day(*expires)
}

// optional is a time as JSON: null for never.
func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = instant(t)
	return &t
}

// instant is a time as JSON, to the millisecond, as it is stored.
func instant(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }
