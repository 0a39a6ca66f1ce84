package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/registration"
	"github.com/symbolon-id/symbolon/server"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/ephemeral"
	"github.com/symbolon-id/symbolon/web"
)

// keepLogo fetches the logo a client names now. Without one the client works, so that it cannot be
// had is only said.
func (d deployment) keepLogo(ctx context.Context, cmd *cobra.Command, c storage.Client) {
	fetch, _, _, err := d.config.Fetchers(false)
	if err != nil {
		say(cmd, "The logo is not shown: %v.", err)
		return
	}
	logos := &registration.Logos{
		Store: d.db, Fetch: fetch, Rules: d.config.Rules(),
		Limiter: web.Limiter{Counter: server.Counter{Rates: ephemeral.NewCounts()}},
	}
	if err := logos.Keep(ctx, c); err != nil {
		say(cmd, "The logo is not shown: %v.", err)
	}
}
