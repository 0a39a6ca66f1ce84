package main

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// ours are all commands but those that cobra adds.
func ours(cmd *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{cmd}
	for _, sub := range cmd.Commands() {
		all = append(all, ours(sub)...)
	}
	return all
}

func TestEveryCommandSaysWhatItDoesAndShowsHow(t *testing.T) {
	for _, cmd := range ours((&program{}).root()) {
		if cmd.Short == "" || cmd.Example == "" || (cmd.RunE == nil && cmd.Run == nil) {
			t.Errorf("%s has no description, no example, or does nothing", cmd.CommandPath())
		}
		if cmd.Args == nil {
			t.Errorf("%s does not say how many arguments it takes", cmd.CommandPath())
		}
	}
}

func TestShortHelpIsAnImperative(t *testing.T) {
	for _, cmd := range ours((&program{}).root()) {
		first, _, _ := strings.Cut(cmd.Short, " ")
		if len(cmd.Short) > 50 || strings.HasSuffix(cmd.Short, ".") || !strings.Contains(verbs, " "+first+" ") {
			t.Errorf("%s: %q", cmd.CommandPath(), cmd.Short)
		}
	}
}

const verbs = " Add Apply Change Check Create Delete Disable Enable Explain Export List Manage Print Replace Revoke Rotate Run Set Show Sign Write "

// Whoever copies an example must not be told that it is wrong.
func TestEveryExampleIsAValidCommandLine(t *testing.T) {
	count := 0
	for _, cmd := range ours((&program{}).root()) {
		for line := range strings.Lines(cmd.Example) {
			count++
			line, _, _ = strings.Cut(line, " > ")
			line, _, _ = strings.Cut(line, " && ")
			words := splitWords(line)
			if words[0] != "symbolon" {
				t.Errorf("%s: %q is not one of ours", cmd.CommandPath(), line)
				continue
			}
			found, rest, err := (&program{}).root().Find(words[1:])
			if err == nil {
				err = found.ParseFlags(rest)
			}
			if err == nil && !found.HasSubCommands() {
				err = found.ValidateArgs(found.Flags().Args())
			}
			if err != nil || found.HasSubCommands() {
				t.Errorf("%s: %q: %v", cmd.CommandPath(), line, err)
			}
		}
	}
	if count < 30 {
		t.Errorf("only %d examples", count)
	}
}

// splitWords splits as a shell does, as far as examples need it.
func splitWords(line string) []string {
	quoted := false
	return strings.FieldsFunc(strings.TrimSpace(line), func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return r == '"' || r == ' ' && !quoted
	})
}
