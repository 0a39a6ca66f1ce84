package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/login/recoverlink"
	"github.com/symbolon-id/symbolon/login/totp"
	"github.com/symbolon-id/symbolon/mail"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
)

const (
	maxRecoverDelay = 30 * 24 * time.Hour
	maxRecoverLife  = 7 * 24 * time.Hour
)

func (p *program) userRecover() *cobra.Command {
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
		if time.Duration(delay) > maxRecoverDelay || time.Duration(life) > maxRecoverLife || life == 0 {
			return usagef("--delay is at most 30d, --life at least a moment and at most 7d")
		}
		return p.atDesk(cmd, func(ctx context.Context, d desk) error {
			user, err := d.findUser(ctx, args[0])
			if err != nil {
				return err
			}
			if *void != "" {
				return p.voidRecovery(ctx, cmd, d, user, *void)
			}
			return p.recover(ctx, cmd, d, user, recoverlink.New(user.ID, time.Now().Add(time.Duration(delay)), time.Duration(life)))
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

// recover gives the link away only when it is in the audit trail and the account will be told.
func (p *program) recover(ctx context.Context, cmd *cobra.Command, d desk, user storage.User, l recoverlink.Link) error {
	if !user.DisabledAt.IsZero() {
		return hintedError{errors.New("cannot create a link: the user is disabled"), "symbolon user enable " + user.ID}
	}
	link, tell, err := d.recoverer(l, user.Profile.Locale)
	if err != nil {
		return err
	}
	err = d.audit.Record(ctx, audit.Event{Type: audit.RecoveryLinkMade, Outcome: audit.Success, UserID: user.ID, Target: l.ID, Method: via})
	if err != nil {
		return err
	}
	if err := tell(ctx, user); err != nil {
		return err
	}
	if err := p.print(cmd, recoveryView{user.ID, l.ID, link, instant(l.From), instant(l.Until)}, func(w io.Writer) {
		row(w, "user_id", user.ID)
		row(w, "link_id", l.ID)
		row(w, "works from", day(l.From)+" UTC")
		row(w, "works until", day(l.Until)+" UTC")
		row(w, "link", link)
	}); err != nil || p.json || !isTerminal(cmd.OutOrStdout()) {
		return err
	}
	drawn, err := totp.QR(link)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(cmd.OutOrStdout(), "\n", terminalQR(drawn))
	return err
}

// recoverer returns the link's address, and what tells the account of it.
func (d desk) recoverer(l recoverlink.Link, locale string) (link string, tell func(context.Context, storage.User) error, err error) {
	if err := checkServeIssuer(d.config.Issuer); err != nil {
		return "", nil, hintedError{err, "symbolon config show"}
	}
	sealer, err := d.config.sealer()
	if err != nil {
		return "", nil, hintedError{err, "symbolon config show"}
	}
	token, err := l.Token(sealer)
	if err != nil {
		return "", nil, err
	}
	pages, language, err := d.config.letters(locale)
	if err != nil {
		return "", nil, err
	}
	m := templates.RecoveryLinkMail(l.From, d.config.Issuer+"/account/activity")
	m.Language = language
	subject, text, html, err := pages.Mail(m)
	if err != nil {
		return "", nil, err
	}
	queue := mail.NewQueue(d.db, sealer)
	return d.config.Issuer + "/login/recover/" + token, func(ctx context.Context, u storage.User) error {
		var errs []error
		for _, to := range u.Addresses() {
			errs = append(errs, queue.Send(ctx, mail.Message{To: to, Subject: subject, Text: text, HTML: html, KnownOnly: true}))
		}
		return errors.Join(errs...)
	}, nil
}

// voidRecovery spends a link that was made for user, before anybody else can.
func (p *program) voidRecovery(ctx context.Context, cmd *cobra.Command, d desk, user storage.User, id string) error {
	made, err := d.recoveryMade(ctx, user, id)
	if err != nil {
		return err
	}
	err = d.db.Spend(ctx, recoverlink.Spend(id, made.At.Add(maxRecoverDelay+maxRecoverLife)))
	if errors.Is(err, storage.ErrSpent) {
		return hintedError{fmt.Errorf("link %s was used or taken back already", id), "symbolon audit list --user " + user.ID}
	}
	if err != nil {
		return err
	}
	err = d.audit.Record(ctx, audit.Event{Type: audit.RecoveryLinkVoided, Outcome: audit.Success, UserID: user.ID, Target: id, Method: via})
	if err != nil {
		return err
	}
	return p.print(cmd, map[string]any{"link_id": id, "void": true}, func(w io.Writer) { fmt.Fprintln(w, "link", id, "no longer works") })
}

func (d desk) recoveryMade(ctx context.Context, user storage.User, id string) (audit.Event, error) {
	events, err := d.db.Events(ctx, audit.Filter{Type: audit.RecoveryLinkMade, UserID: user.ID, Limit: 1000})
	if err != nil {
		return audit.Event{}, err
	}
	for _, e := range events {
		if e.Target == id {
			return e, nil
		}
	}
	return audit.Event{}, naming("link", id, storage.ErrNotFound)
}
