package main

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/storage"
)

func (p *program) userExport() *cobra.Command {
	return &cobra.Command{
		Use: "export ID", Short: "Print all that is kept of a person, as JSON", Args: cobra.ExactArgs(1),
		Example: "  symbolon user export ada@example.com > ada.json",
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.atDesk(cmd, func(ctx context.Context, d desk) error {
				user, err := d.findUser(ctx, args[0])
				if err != nil {
					return err
				}
				export, err := d.export(ctx, user)
				if err != nil {
					return err
				}
				enc := json.NewEncoder(cmd.OutOrStdout())
				enc.SetEscapeHTML(false)
				enc.SetIndent("", "  ")
				return enc.Encode(export)
			})
		},
	}
}

// userExport holds no digests and no sealed values: they tell the person nothing.
type userExport struct {
	User     userView      `json:"user"`
	Sessions []sessionView `json:"sessions"`
	Consents []consentView `json:"consents"`
	Grants   []grantView   `json:"grants"`
}

type sessionView struct {
	ID         string     `json:"session_id"`
	CreatedAt  time.Time  `json:"created_at"`
	LastSeenAt time.Time  `json:"last_seen_at"`
	ExpiresAt  time.Time  `json:"expires_at"`
	EndedAt    *time.Time `json:"ended_at"`
	UserAgent  string     `json:"user_agent"`
	Network    string     `json:"network"`
}

type consentView struct {
	ClientID     string    `json:"client_id"`
	RedirectHost string    `json:"redirect_host"`
	Resource     string    `json:"resource"`
	Scope        string    `json:"scope"`
	GrantedAt    time.Time `json:"granted_at"`
}

type grantView struct {
	ID        string     `json:"grant_id"`
	ClientID  string     `json:"client_id"`
	Scope     string     `json:"scope"`
	CreatedAt time.Time  `json:"created_at"`
	ExpiresAt time.Time  `json:"expires_at"`
	RevokedAt *time.Time `json:"revoked_at"`
}

func (d desk) export(ctx context.Context, u storage.User) (userExport, error) {
	export := userExport{User: viewUser(u), Sessions: []sessionView{}, Consents: []consentView{}, Grants: []grantView{}}
	sessions, err := d.db.UserSessions(ctx, u.ID)
	if err != nil {
		return export, err
	}
	for _, s := range sessions {
		export.Sessions = append(export.Sessions, sessionView{s.ID, instant(s.CreatedAt), instant(s.LastSeenAt), instant(s.ExpiresAt), optional(s.EndedAt), s.UserAgent, s.Network})
	}
	consents, err := d.db.UserConsents(ctx, u.ID)
	if err != nil {
		return export, err
	}
	for _, c := range consents {
		export.Consents = append(export.Consents, consentView{c.ClientID, c.RedirectHost, c.Resource, strings.Join(c.Scopes, " "), instant(c.GrantedAt)})
	}
	grants, err := d.db.UserGrants(ctx, u.ID)
	if err != nil {
		return export, err
	}
	for _, g := range grants {
		export.Grants = append(export.Grants, grantView{g.ID, g.ClientID, strings.Join(g.Scopes, " "), instant(g.CreatedAt), instant(g.ExpiresAt), optional(g.RevokedAt)})
	}
	return export, nil
}
