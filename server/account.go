package server

import (
	"github.com/symbolon-id/symbolon/account"
	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/login/recovery"
	"github.com/symbolon-id/symbolon/login/totp"
	"github.com/symbolon-id/symbolon/users"
)

// exportDocs explains what the fields of an export mean.
const exportDocs = "https://github.com/symbolon-id/symbolon/blob/main/docs/account-export.md"

// accountArea builds the account pages.
func (i *issuer) accountArea() *account.Area {
	a := &account.Area{
		Site: i.site, Store: i.db, Users: &users.Service{Store: i.db, Audit: i.audit}, Ephemeral: i.ephemeral, Sessions: i.sessions, StepUp: i.login, Requests: i.requests,
		QR: totp.QR, Keep: i.db.Keep, Browser: i.requests.Browser, Limiter: i.limiter,
		Mailer: i.notices.queue, Letters: i.pages, Pages: i.pages, Audit: i.audit,
		Sentence: interaction.Sentence, DocsURL: exportDocs,
	}
	if i.passkeys != nil {
		a.Passkeys = i.enrolment()
	}
	if !i.config.SignIn.Off(login.TOTPMethod) {
		a.App = &totp.Enrolment{Store: i.db, Sealer: i.sealer, Issuer: i.config.Branding.Name}
	}
	if !i.config.SignIn.Off(login.RecoveryMethod) {
		a.Codes = i.codes()
	}
	return a
}

// codes makes recovery codes.
func (i *issuer) codes() *recovery.Codes {
	return &recovery.Codes{Store: i.db, Audit: i.audit, Notices: i.notices, Link: i.site.URL("/account/codes")}
}
