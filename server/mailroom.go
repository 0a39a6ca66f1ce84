package server

import (
	"context"
	"errors"

	"github.com/symbolon-id/symbolon/mail"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/web"
)

func (i *issuer) buildMail(_ context.Context, _ *durable.DB) error {
	queue := mail.NewQueue(i.db, i.sealer)
	queue.From = func(ctx context.Context) (network, wide string) {
		ip := web.ClientIP(ctx)
		if !ip.IsValid() {
			return "", ""
		}
		return web.Network(ip), web.WideNetwork(ip)
	}
	i.notices = notices{queue, i.pages, i.site}
	transports := transports{}
	if i.dev != nil {
		transports = append(transports, i.dev.Mailbox)
	}
	if i.config.SMTPURL != "" {
		smtp, err := mail.NewSMTP(i.config.SMTPURL)
		if err != nil {
			return err
		}
		transports = append(transports, smtp)
	}
	i.worker = &mail.Worker{
		Queue: queue, Transport: transports, From: i.config.MailFrom, Recipient: recipients{i.db}.known, Log: i.log,
		Report: func(o mail.Outcome) { i.metrics.Mail(string(o)) },
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

// recipients are the users that mail goes to.
type recipients struct{ db *durable.DB }

// known keeps mail from people who are disabled and, if it is for users only, from strangers. It
// goes to the address as it is kept, however somebody typed it: to the mail server, other letters may be
// another mailbox.
func (r recipients) known(ctx context.Context, m mail.Message) (string, error) {
	user, err := r.db.UserByEmail(ctx, m.To)
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
