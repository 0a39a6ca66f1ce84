package main

import (
	"context"
	"errors"

	"github.com/symbolon-id/symbolon/mail"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

func (n *node) buildMail(_ context.Context, d *dev) error {
	n.queue = mail.NewQueue(n.db, n.sealer)
	n.queue.From = func(ctx context.Context) (network, wide string) {
		ip := web.ClientIP(ctx)
		if !ip.IsValid() {
			return "", ""
		}
		return web.Network(ip), web.WideNetwork(ip)
	}
	transports := transports{}
	if d != nil {
		transports = append(transports, d.mailbox)
	}
	if n.config.SMTPURL != "" {
		smtp, err := mail.NewSMTP(n.config.SMTPURL)
		if err != nil {
			return err
		}
		transports = append(transports, smtp)
	}
	n.worker = &mail.Worker{
		Queue: n.queue, Transport: transports, From: n.config.MailFrom, Recipient: n.recipient, Log: n.log,
		Report: func(o mail.Outcome) { n.metrics.Mail(string(o)) },
	}
	return nil
}

// transports deliver one after the other: in development the mailbox shows what SMTP sends as well.
type transports []mail.Transport

func (t transports) Deliver(ctx context.Context, from string, m mail.Message) error {
	for _, transport := range t {
		if err := transport.Deliver(ctx, from, m); err != nil {
			return err
		}
	}
	return nil
}

// recipient keeps mail from people who are disabled and, if it is for users only, from strangers. It
// goes to the address as it is kept, however somebody typed it: to the mail server, other letters may be
// another mailbox.
func (n *node) recipient(ctx context.Context, m mail.Message) (string, error) {
	user, err := n.db.UserByEmail(ctx, m.To)
	switch {
	case errors.Is(err, storage.ErrNotFound) && !m.KnownOnly:
		return m.To, nil
	case errors.Is(err, storage.ErrNotFound), err == nil && !user.DisabledAt.IsZero():
		return "", nil
	case err != nil:
		return "", err
	}
	for _, kept := range user.Addresses() {
		if storage.EmailKey(kept) == storage.EmailKey(m.To) {
			return kept, nil
		}
	}
	return "", nil // it was changed in between
}
