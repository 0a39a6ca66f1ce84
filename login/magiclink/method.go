// Package magiclink signs people in by mail: one message with a link and a six-digit code, one
// record, ten minutes, five tries.
//
//	POST /login/mail                 ask.go: sends the mail, whatever account has the address
//	GET  /login/mail/code            code.go: asks for the code
//	POST /login/mail/code            code.go
//	GET  /login/mail/{token}         link.go: shows what the link can do; never does it
//	POST /login/mail/{token}         link.go: signs in, in the browser that asked
//	POST /login/mail/{token}/not-me  link.go: ends the link
//
// The link signs in only the browser that asked. Anywhere else it shows the code, to be typed where
// it was asked for, so that users cannot be talked into letting an attacker's browser in by a click.
package magiclink

import (
	"context"
	"time"

	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/mail"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

const name = login.MailMethod

// Mailer queues mail; it must not wait for a mail server.
type Mailer interface {
	Send(ctx context.Context, m mail.Message) error
}

// Letters writes the text of mails.
type Letters interface {
	Mail(m templates.Mail) (subject, text, html string, err error)
}

// Limiter slows floods down: its error is a page.
type Limiter interface {
	Allow(ctx context.Context, key string, l web.Limit) error
	AllowNetwork(ctx context.Context, what string, l web.Limit) error
}

// Method signs in by mail.
type Method struct {
	Registration bool // an address without an account may sign up
	Ephemeral    storage.Ephemeral
	Mailer       Mailer
	Letters      Letters
	Limiter      Limiter
	Failures     login.Failures
	Now          func() time.Time // nil: the system's clock
}

var _ login.Method = (*Method)(nil)

// Name returns "mail".
func (m *Method) Name() string { return name }

// Offered asks for an address, beginning with the hint if it is one.
func (m *Method) Offered(_ context.Context, a login.Attempt) (templates.Offer, error) {
	offer := templates.MailOffer{
		Action: a.Site.Path("/login/mail"), Handle: a.Handle, Email: a.Email, Error: a.ProblemOf(m),
	}
	if _, err := mail.ParseAddress(a.Email); err != nil && offer.Error == "" {
		offer.Email = ""
	}
	return offer, nil
}

// Mount registers the pages of the link and the code.
func (m *Method) Mount(mux *web.Mux, flow *login.Flow) {
	p := pages{Method: m, flow: flow}
	mux.Page("POST /login/mail", p.ask)
	mux.Page("GET /login/mail/code", p.code)
	mux.Page("POST /login/mail/code", p.enterCode)
	mux.Page("GET /login/mail/{token}", p.link)
	mux.Page("POST /login/mail/{token}", p.useLink)
	mux.Page("POST /login/mail/{token}/not-me", p.notMe)
}

// pages are the handlers; they need the flow, which exists only once the method is mounted.
type pages struct {
	*Method
	flow *login.Flow
}

func (m *Method) now() time.Time {
	if m.Now == nil {
		return time.Now()
	}
	return m.Now()
}
