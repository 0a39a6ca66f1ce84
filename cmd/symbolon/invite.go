package main

import (
	"context"
	"errors"
	"time"

	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/login/recoverlink"
	"github.com/symbolon-id/symbolon/mail"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
)

// invitationDays: whoever comes later signs in by an email of their own.
const invitationDays = 7

// inviter returns what queues an invitation in the language of locale, or does nothing when none is
// wanted. It fails before a user is made, when the configuration does not allow to invite.
func (d desk) inviter(wanted bool, locale string) (func(ctx context.Context, u storage.User) error, error) {
	if !wanted {
		return func(context.Context, storage.User) error { return nil }, nil
	}
	if d.config.SignIn.off(login.MailMethod) {
		return nil, hintedError{errors.New("cannot send an invitation: email sign-in is off (sign_in.methods)"), "symbolon user recover ADDRESS"}
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
		token, err := recoverlink.Invite(u, time.Now(), invitationDays*24*time.Hour).Token(sealer)
		if err != nil {
			return err
		}
		m := templates.InviteMail{Name: u.Name, Link: d.config.Issuer + "/login/invitation/" + token, Days: invitationDays, Language: language}
		subject, text, html, err := pages.Mail(m)
		if err != nil {
			return err
		}
		return queue.Send(ctx, mail.Message{To: u.Email, Subject: subject, Text: text, HTML: html, KnownOnly: true})
	}, nil
}

// letters are the mails of this deployment, and the language of theirs for somebody of this locale;
// English when there is none that suits.
func (c Config) letters(locale string) (pages *templates.Pages, language string, err error) {
	pages, err = templates.New(c.Branding.brand(""))
	if err != nil {
		return nil, "", err
	}
	return pages, pages.For(locale), nil
}

// brand is what pages below base show of the organisation.
func (b Branding) brand(base string) templates.Brand {
	return templates.Brand{Name: b.Name, LogoPath: b.Logo, Accent: b.Accent, Links: b.Links, BasePath: base}
}
