package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/login/totp"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/users"
)

func (p userCommands) recover() *cobra.Command {
	delay, life := durationFlag(0), durationFlag(24*time.Hour)
	cmd := &cobra.Command{
		Use: "recover ID", Short: "Create a one-time sign-in link for a user", Args: cobra.ExactArgs(1),
		Long: `The link signs the user in once, without a second step. They should then add a passkey and remove
lost devices. Share it only with that user. Symbolon notifies the account by email; use --delay to
give the owner time to object, and --void to cancel the link.`,
		Example: `  symbolon user recover ada@example.com
  symbolon user recover ada@example.com --delay 24h --json
  symbolon user recover ada@example.com --void r_7VQK2XJ5N4T3M6WZ2A5B7C4D6E`,
	}
	cmd.Flags().Var(&delay, "delay", "time until the link becomes valid, at most 30d")
	cmd.Flags().Var(&life, "life", "lifetime of the link, at most 7d")
	void := cmd.Flags().String("void", "", "cancel the link with this `LINK_ID`")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := users.CheckRecovery(time.Duration(delay), time.Duration(life)); err != nil {
			return err
		}
		return p.withDeployment(cmd, func(ctx context.Context, d deployment) error {
			user, err := d.findUser(ctx, args[0])
			if err != nil {
				return err
			}
			if *void != "" {
				return p.voidLink(ctx, cmd, d, user, *void)
			}
			return p.makeLink(ctx, cmd, d, user, time.Duration(delay), time.Duration(life))
		})
	}
	return cmd
}

// recoveryView is a link as the command prints it.
type recoveryView struct {
	UserID string    `json:"user_id"`
	LinkID string    `json:"link_id"`
	Link   string    `json:"link"`
	From   time.Time `json:"works_from"`
	Until  time.Time `json:"works_until"`
}

func (p userCommands) makeLink(ctx context.Context, cmd *cobra.Command, d deployment, user storage.User, delay, life time.Duration) error {
	post, err := d.post()
	if err != nil {
		return err
	}
	l, err := d.users().Recover(ctx, d.by, post, user, delay, life)
	if errors.Is(err, users.ErrDisabled) {
		return hintedError{errors.New("cannot create a link: the user is disabled"), "symbolon user enable " + user.ID}
	}
	if err != nil {
		return err
	}
	if err := p.print(cmd, recoveryView{user.ID, l.ID, l.URL, instant(l.From), instant(l.Until)}, func(w io.Writer) {
		row(w, "user_id", user.ID)
		row(w, "link_id", l.ID)
		row(w, "works from", day(l.From)+" UTC")
		row(w, "works until", day(l.Until)+" UTC")
		row(w, "link", l.URL)
	}); err != nil || p.json || !isTerminal(cmd.OutOrStdout()) {
		return err
	}
	drawn, err := totp.QR(l.URL)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(cmd.OutOrStdout(), "\n", terminalQR(drawn))
	return err
}

func (p userCommands) voidLink(ctx context.Context, cmd *cobra.Command, d deployment, user storage.User, id string) error {
	err := d.users().VoidRecovery(ctx, d.by, user.ID, id)
	if errors.Is(err, storage.ErrSpent) {
		return hintedError{fmt.Errorf("link %s was used or taken back already", id), "symbolon audit list --user " + user.ID}
	}
	if err != nil {
		return naming("link", id, err)
	}
	return p.print(cmd, map[string]any{"link_id": id, "void": true}, func(w io.Writer) { fmt.Fprintln(w, "link", id, "no longer works") })
}
