package users

import (
	"context"
	"errors"
	"time"

	"github.com/symbolon-id/symbolon/login/recoverlink"
	"github.com/symbolon-id/symbolon/mail"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
)

// Letters writes the text of mails.
type Letters interface {
	// For is the language for people of this locale; English when none suits.
	For(locale string) string
	Mail(m templates.Mail) (subject, text, html string, err error)
}

// Mailer queues mail.
type Mailer interface {
	Send(ctx context.Context, m mail.Message) error
}

// Post makes links that let people in, and writes to them.
type Post struct {
	Issuer  string
	Sealer  recoverlink.Sealer
	Letters Letters
	Mailer  Mailer
}

// invitationDays: people who come later sign in by an email of their own.
const invitationDays = 7

// Invite sends the user a link that signs them in once, within 7 days.
func (p Post) Invite(ctx context.Context, u storage.User) error {
	token, err := recoverlink.Invite(u, time.Now(), invitationDays*24*time.Hour).Token(p.Sealer)
	if err != nil {
		return err
	}
	return p.send(ctx, templates.InviteMail{
		Name: u.Name, Link: p.Issuer + "/login/invitation/" + token, Days: invitationDays, Language: p.Letters.For(u.Profile.Locale),
	}, u.Email)
}

// announce writes to every address of the account that there is a link which signs in.
func (p Post) announce(ctx context.Context, u storage.User, l recoverlink.Link) error {
	m := templates.RecoveryLinkMail(l.From, p.Issuer+"/account/activity")
	m.Language = p.Letters.For(u.Profile.Locale)
	return p.send(ctx, m, u.Addresses()...)
}

func (p Post) send(ctx context.Context, m templates.Mail, addresses ...string) error {
	subject, text, html, err := p.Letters.Mail(m)
	if err != nil {
		return err
	}
	var errs []error
	for _, to := range addresses {
		errs = append(errs, p.Mailer.Send(ctx, mail.Message{To: to, Subject: subject, Text: text, HTML: html, KnownOnly: true}))
	}
	return errors.Join(errs...)
}
