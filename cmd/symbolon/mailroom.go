package main

import (
	"context"
	"errors"

	"github.com/symbolon-id/symbolon/mail"
	"github.com/symbolon-id/symbolon/storage"
)

func (n *node) buildMail(_ context.Context, d *dev) error {
	n.queue = mail.NewQueue(n.db, n.sealer)
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
		Queue: n.queue, Transport: transports, From: n.config.MailFrom, Wanted: n.wanted, Log: n.log,
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

// wanted keeps mail from people who are disabled and, if it is for users only, from strangers.
func (n *node) wanted(ctx context.Context, m mail.Message) (bool, error) {
	user, err := n.db.UserByEmail(ctx, m.To)
	if errors.Is(err, storage.ErrNotFound) {
		return !m.KnownOnly, nil
	}
	return err == nil && user.DisabledAt.IsZero(), err
}
