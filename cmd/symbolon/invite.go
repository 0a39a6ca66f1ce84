package main

import (
	"context"

	"github.com/symbolon-id/symbolon/mail"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
)

// inviter returns what queues an invitation, or does nothing when none is wanted. It fails before a
// user is made, when the configuration does not allow to invite.
func (d desk) inviter(wanted bool) (func(ctx context.Context, u storage.User) error, error) {
	if !wanted {
		return func(context.Context, storage.User) error { return nil }, nil
	}
	if err := checkServeIssuer(d.config.Issuer); err != nil {
		return nil, hintedError{err, "symbolon config show"}
	}
	sealer, err := d.config.sealer()
	if err != nil {
		return nil, hintedError{err, "symbolon config show"}
	}
	pages, err := templates.New(d.config.brand(""))
	if err != nil {
		return nil, err
	}
	queue := mail.NewQueue(d.db, sealer)
	return func(ctx context.Context, u storage.User) error {
		subject, text, html, err := pages.Mail(templates.InviteMail{Name: u.Name, Link: d.config.Issuer + "/login"})
		if err != nil {
			return err
		}
		return queue.Send(ctx, mail.Message{To: u.Email, Subject: subject, Text: text, HTML: html, KnownOnly: true})
	}, nil
}

// brand is what pages below base show of the organisation.
func (c Config) brand(base string) templates.Brand {
	return templates.Brand{Name: c.Branding.Name, LogoPath: c.Branding.Logo, Accent: c.Branding.Accent, BasePath: base}
}
