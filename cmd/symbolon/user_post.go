package main

import (
	"errors"

	"github.com/symbolon-id/symbolon/config"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/mail"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/users"
)

// inviter is the post, where email that signs people in is not off.
func (d deployment) inviter() (users.Post, error) {
	if d.config.SignIn.Off(login.MailMethod) {
		return users.Post{}, hintedError{errors.New("cannot send an invitation: email sign-in is off (sign_in.methods)"), "symbolon user recover ADDRESS"}
	}
	return d.post()
}

// post is what makes and sends links that let people in.
func (d deployment) post() (users.Post, error) {
	if err := config.CheckServeIssuer(d.config.Issuer); err != nil {
		return users.Post{}, hintedError{err, "symbolon config show"}
	}
	sealer, err := d.config.Sealer()
	if err != nil {
		return users.Post{}, hintedError{err, "symbolon config show"}
	}
	pages, err := templates.New(d.config.Branding.Brand(""))
	if err != nil {
		return users.Post{}, err
	}
	return users.Post{Issuer: d.config.Issuer, Sealer: sealer, Letters: pages, Mailer: mail.NewQueue(d.db, sealer)}, nil
}
