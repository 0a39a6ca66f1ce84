package main

import (
	"github.com/symbolon-id/symbolon/account"
	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/login/passkey"
	"github.com/symbolon-id/symbolon/login/recoverlink"
	"github.com/symbolon-id/symbolon/login/recovery"
	"github.com/symbolon-id/symbolon/login/totp"
	"github.com/symbolon-id/symbolon/users"
	"github.com/symbolon-id/symbolon/web"
)

// exportDocs explains what the fields of an export mean.
const exportDocs = "https://github.com/symbolon-id/symbolon/blob/main/docs/account-export.md"

// accountArea builds the account pages. rp is nil where browsers make no passkeys.
func (n *node) accountArea(limiter web.Limiter, rp *passkey.RelyingParty) *account.Area {
	a := &account.Area{
		Site: n.site, Store: n.db, Users: &users.Service{Store: n.db, Audit: n.audit}, Ephemeral: n.ephemeral, Sessions: n.sessions, StepUp: n.login, Requests: n.login.Requests,
		QR: totp.QR, Keep: n.db.Keep, Browser: n.browser, Limiter: limiter,
		Mailer: n.queue, Letters: n.pages, Pages: n.pages, Audit: n.audit,
		Sentence: interaction.Sentence, DocsURL: exportDocs,
	}
	if rp != nil {
		a.Passkeys = n.enrolment()
	}
	if !n.config.SignIn.Off(login.TOTPMethod) {
		a.App = &totp.Enrolment{Store: n.db, Sealer: n.sealer, Issuer: n.config.Branding.Name}
	}
	if !n.config.SignIn.Off(login.RecoveryMethod) {
		a.Codes = n.codes()
	}
	return a
}

// codes makes recovery codes.
func (n *node) codes() *recovery.Codes {
	return &recovery.Codes{Store: n.db, Audit: n.audit, Notices: notices{n.queue, n.pages}, Link: n.config.Issuer + "/account/codes"}
}

// recoverLinks is the login method of the links that symbolon user recover makes.
func (n *node) recoverLinks() *recoverlink.Method {
	return &recoverlink.Method{Users: n.db, Sealer: n.sealer}
}
