package main

import (
	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/storage"
)

// addPageFlags returns what reads the page once the flags are parsed.
func addPageFlags(cmd *cobra.Command) func() (storage.Page, error) {
	limit := cmd.Flags().Int("limit", 0, "at most so many, the oldest (default: all)")
	after := cmd.Flags().String("after", "", "only those after this `CURSOR`, which a list with --limit ends in")
	return func() (p storage.Page, err error) {
		if *limit < 0 {
			return p, usagef("--limit must be at least 1")
		}
		p.Limit = *limit
		if *after == "" {
			return p, nil
		}
		if p.After, err = storage.ParseCursor(*after); err != nil {
			return p, usagef("--after is not a cursor: a list with --limit says which one goes on")
		}
		return p, nil
	}
}

// sayMore says how a list goes on that ended at its limit.
func sayMore(cmd *cobra.Command, at storage.Cursor) {
	say(cmd, "There may be more: --after %s", at)
}
