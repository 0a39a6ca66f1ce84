package main

import (
	"context"
	"errors"

	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/mail"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
)

// inviter returns what queues an invitation in the language of locale, or does nothing when none is
// wanted. It fails before a user is made, when the configuration does not allow to invite.
func (d desk) inviter(wanted bool, locale string) (func(ctx context.Context, u storage.User) error, error) {
	if !wanted {
		return func(context.Context, storage.User) error { return nil }, nil
	}
	if d.config.SignIn.off(login.MailMethod) {
		return nil, hintedError{errors.New("people cannot sign in by mail here (sign_in.methods), which is what an invitation says"), "symbolon user recover ADDRESS"}
	}
	if err := checkServeIssuer(d.config.Issuer); err != nil {
		return nil, hintedError{err, "symbolon config show"}
	}
	sealer, err := d.config.sealer()
	if err != nil {
		return nil, hintedError{err, "symbolon config show"}
	}
	pages, language, err := d.config.letters(locale)
	if err != nil {
		return nil, err
	}
	queue := mail.NewQueue(d.db, sealer)
	return func(ctx context.Context, u storage.User) error {
		subject, text, html, err := pages.Mail(templates.InviteMail{Name: u.Name, Link: d.config.Issuer + "/login", Language: language})
		if err != nil {
			return err
		}
		return queue.Send(ctx, mail.Message{To: u.Email, Subject: subject, Text: text, HTML: html, KnownOnly: true})
	}, nil
}

// letters are the mails of this deployment, and the language of theirs for somebody of this locale;
// English when there is none that suits.
func (c Config) letters(locale string) (pages *templates.Pages, language string, err error) {
	pages, err = templates.New(c.brand(""))
	if err != nil {
		return nil, "", err
	}
	return pages, pages.For(locale), nil
}

// brand is what pages below base show of the organisation.
func (c Config) brand(base string) templates.Brand {
	return templates.Brand{Name: c.Branding.Name, LogoPath: c.Branding.Logo, Accent: c.Branding.Accent, BasePath: base}
}
