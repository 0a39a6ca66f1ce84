package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/audit"
)

// auditCommands are the commands about the audit log.
type auditCommands struct{ *program }

func (p auditCommands) group() *cobra.Command {
	return group("audit", "Show and verify the audit log", "", `
  symbolon audit list --type client.authenticate --since 24h
  symbolon audit tail --json
  symbolon audit verify`,
		p.list(), p.tail(), p.verify(), p.export(), p.checkpoint(), p.key())
}

// addFilterFlags returns what reads the filter once the flags are parsed.
func addFilterFlags(cmd *cobra.Command) func() audit.Filter {
	f := audit.Filter{}
	since := durationFlag(0)
	cmd.Flags().StringVar(&f.Type, "type", "", "only events of this type, such as token.issue")
	cmd.Flags().StringVar(&f.UserID, "user", "", "only events of this user `ID`")
	cmd.Flags().StringVar(&f.ClientID, "client", "", "only events of this client or agent `ID`")
	cmd.Flags().Var(&since, "since", "only events of the last 24h, 7d, …")
	return func() audit.Filter {
		if since > 0 {
			f.Since = time.Now().Add(-time.Duration(since))
		}
		return f
	}
}

// addLimitedFilterFlags also bounds how many events there are.
func addLimitedFilterFlags(cmd *cobra.Command, limit int) func() audit.Filter {
	most := cmd.Flags().Int("limit", limit, "at most so many, the newest")
	filter := addFilterFlags(cmd)
	return func() audit.Filter {
		f := filter()
		f.Limit = *most
		return f
	}
}

func (p auditCommands) list() *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List events, newest first", Args: cobra.NoArgs,
		Example: "  symbolon audit list --type secret.add --since 7d --json",
	}
	filter := addLimitedFilterFlags(cmd, 100)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if filter().Limit < 1 {
			return usagef("--limit must be at least 1")
		}
		return p.withDeployment(cmd, func(ctx context.Context, d deployment) error {
			events, err := d.db.Events(ctx, filter())
			if err != nil {
				return err
			}
			if events == nil {
				events = []audit.Event{}
			}
			return p.print(cmd, events, func(w io.Writer) {
				row(w, "AT", "TYPE", "OUTCOME", "USER", "CLIENT", "TARGET", "METHOD", "REASON")
				for _, e := range events {
					row(w, e.At.UTC().Format(time.RFC3339), e.Type, e.Outcome, e.UserID, e.ClientID, e.Target, e.Method, e.Reason)
				}
			})
		})
	}
	return cmd
}

func (p auditCommands) tail() *cobra.Command {
	cmd := &cobra.Command{
		Use: "tail", Short: "Print events as they happen, until interrupted", Args: cobra.NoArgs,
		Long:    "With --json, one object per line.",
		Example: "  symbolon audit tail --type session.start",
	}
	filter := addLimitedFilterFlags(cmd, 10)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return p.withDeployment(cmd, func(ctx context.Context, d deployment) error {
			return d.follow(ctx, filter(), func(e audit.Event) { p.printEvent(cmd.OutOrStdout(), e) })
		})
	}
	return cmd
}

const (
	tailEvery = time.Second
	tailBack  = 30 * time.Second // events of hot paths are stored late, and nodes' clocks differ
	tailLimit = 1000             // per second
)

// follow shows each event once: first the newest of f, then what comes.
func (d deployment) follow(ctx context.Context, f audit.Filter, show func(audit.Event)) error {
	seen := map[string]time.Time{}
	for {
		events, err := d.db.Events(ctx, f)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		for _, e := range slices.Backward(events) {
			if _, again := seen[e.ID]; !again {
				seen[e.ID] = e.At
				show(e)
			}
		}
		f.Limit, f.Since = tailLimit, time.Now().Add(-tailBack)
		forget(seen, f.Since.Add(-tailBack))
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(tailEvery):
		}
	}
}

func forget(seen map[string]time.Time, before time.Time) {
	for id, at := range seen {
		if at.Before(before) {
			delete(seen, id)
		}
	}
}

func (p auditCommands) printEvent(w io.Writer, e audit.Event) {
	if p.json {
		_ = json.NewEncoder(w).Encode(e)
		return
	}
	fmt.Fprint(w, e.At.UTC().Format(time.RFC3339), " ", e.Type, " ", e.Outcome)
	for _, part := range []struct{ name, value string }{
		{"user", e.UserID}, {"client", e.ClientID}, {"target", e.Target}, {"method", e.Method}, {"reason", e.Reason},
		{"resource", e.Resource}, {"scopes", e.Scopes}, {"credential", e.CredentialID}, {"actors", e.Actors},
	} {
		if part.value != "" {
			fmt.Fprintf(w, " %s=%s", part.name, part.value)
		}
	}
	fmt.Fprintln(w)
}
