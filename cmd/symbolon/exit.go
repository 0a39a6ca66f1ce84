package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/clients"
	"github.com/symbolon-id/symbolon/storage"
)

// Exit codes; scripts rely on them.
const (
	exitDone     = 0
	exitFailed   = 1
	exitUsage    = 2
	exitNotFound = 3
)

// usageError is a command line that cannot be meant.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// hintedError names the next command to try.
type hintedError struct {
	error
	try string
}

func (e hintedError) Unwrap() error { return e.error }

// Try returns the command.
func (e hintedError) Try() string { return e.try }

// commandError comes from inside a command; anything else is cobra refusing the command line.
type commandError struct{ error }

func (e commandError) Unwrap() error { return e.error }

// explain gives the exit code of err and the next command to try.
func explain(cmd *cobra.Command, err error) (code int, try string) {
	if hinted, ok := errors.AsType[interface {
		error
		Try() string
	}](err); ok {
		try = hinted.Try()
	}
	switch {
	case isUsage(err):
		return exitUsage, cmp.Or(try, cmd.CommandPath()+" --help")
	case errors.Is(err, storage.ErrNotFound):
		return exitNotFound, cmp.Or(try, listCommand(cmd))
	case errors.Is(err, storage.ErrConflict):
		return exitFailed, cmp.Or(try, listCommand(cmd))
	case errors.Is(err, storage.ErrUnavailable):
		return exitFailed, cmp.Or(try, "symbolon config show")
	}
	return exitFailed, cmp.Or(try, cmd.CommandPath()+" --help")
}

func isUsage(err error) bool {
	var inside commandError
	var usage usageError
	var invalid clients.Invalid
	return !errors.As(err, &inside) || errors.As(err, &usage) || errors.As(err, &invalid)
}

// listCommand is the nearest "list" above or beside cmd: it shows what could have been meant.
func listCommand(cmd *cobra.Command) string {
	for c := cmd.Parent(); c != nil; c = c.Parent() {
		for _, sub := range c.Commands() {
			if sub.Name() == "list" && c.Name() != "secret" {
				return sub.CommandPath()
			}
		}
	}
	return cmd.Root().Name() + " --help"
}

func printError(w io.Writer, err error, try string) {
	fmt.Fprintf(w, "symbolon: %v\n", err)
	if try != "" {
		fmt.Fprintf(w, "Try: %s\n", try)
	}
}
