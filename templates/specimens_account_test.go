package templates

import (
	"time"

	"github.com/symbolon-id/symbolon/i18n"
)

const options = `{"challenge":"AAAA"}`

var anHour = time.Date(2026, 3, 2, 14, 5, 0, 0, time.UTC)

// factorSpecimens returns the pages of passkeys and second factors.
func factorSpecimens() []Page {
	passkey := PasskeyOffer{Action: "/login/passkey", Handle: "handle", OptionsJSON: options, Error: "That passkey is not known here."}
	totp := TOTPOffer{Action: "/login/totp", Handle: "handle", Error: "That code is not right."}
	recovery := RecoveryOffer{Action: "/login/recovery", Handle: "handle", Error: "That code is not right."}
	signals := []Signal{SignalUnknown{RPID: "example.org", CredentialID: "AAAA"},
		SignalAll{RPID: "example.org", UserID: "AAAA", CredentialIDs: []string{"AAAA"}},
		SignalDetails{RPID: "example.org", UserID: "AAAA", Name: "ada@example.org", DisplayName: "Ada"}}
	confirms := passkey
	confirms.Confirms = true
	return []Page{
		SignIn{App: "Grafana", Offers: []Offer{MailOffer{Action: "/login/mail", Handle: "handle"}, passkey}},
		SignIn{Signals: signals, Offers: []Offer{passkey}},
		SecondFactor{App: "Grafana", Account: "ada@example.org", Why: "Grafana asks you to confirm it is you.", Notice: "That took too long.",
			Offers: []Offer{confirms, totp, recovery}, Signals: signals, Other: "/login"},
		SecondFactor{App: "Grafana", Offers: []Offer{TOTPOffer{Action: "/login/totp"}, RecoveryOffer{Action: "/login/recovery"}}},
		EnrolPasskey{App: "Grafana", Account: "ada@example.org", Action: "/login/passkey/enrol", Skip: "/login/passkey/skip", Handle: "handle",
			OptionsJSON: options, Error: "That took too long."},
		RecoverAccount{Account: "ada@example.org", Until: anHour, Action: "/recover/token"},
		ConfirmEmail{Old: "ada@example.org", New: "ada@example.com", Action: "/account/email/token", Cancel: "/account/email/token/not-me"},
	}
}

// accountSpecimens returns the pages of the account: those that change something twice, before and
// after the fresh sign-in that it takes.
func accountSpecimens() []Page {
	frame := Frame{Sections: []Section{{Icon: "home", Title: "Home", URL: "/account"}, {Icon: "key", Title: "Passkeys", URL: "/account/passkeys", Current: true}},
		Account: "ada@example.org", SignOutURL: "/logout", Notice: "It was done.", Alert: "It was not done.",
		Signals: []Signal{SignalUnknown{RPID: "example.org", CredentialID: "AAAA"}}}
	pages := append(changes(frame),
		AccountHome{Frame: frame, Name: "Ada Lovelace", Email: "ada@example.org", Protections: []Protection{{Icon: "key", Title: "Passkeys", State: i18n.Say("{n} passkeys.", 1), WayText: "Manage", WayURL: "/account/passkeys"},
			{Icon: "phone", Title: "Authenticator app", State: "None.", Missing: true}}},
		AuthenticatorApp{Frame: frame, Key: "JBSWY3DPEHPK3PXP", URI: "otpauth://totp/Symbolon:ada", QR: QR{{true, false}, {false, true}},
			Confirm: "/account/app/confirm", Cancel: "/account/app/cancel", Error: "That code is not right."},
		RecoveryCodes{Frame: frame, Codes: []string{"abcd-efgh", "ijkl-mnop"}, Download: "/account/codes/download", Done: "/account"},
		RecoveryCodes{Codes: []string{"abcd-efgh"}, Download: "/account/codes/download", Done: "/login"},
		Sessions{Frame: frame, End: "/account/sessions/end", EndOthers: "/account/sessions/end-others", Sessions: []Session{
			{ID: "1", Browser: "Firefox on Linux", Network: "203.0.113.0/24", Began: anHour, Seen: anHour, Current: true}, {ID: "2", Began: anHour, Seen: anHour}}},
		Others{Frame: Frame{Notice: "Passkey added."}, Browsers: true, Apps: []string{"Claude", "Grafana"}, Handle: "HANDLE", Action: "/account/others"},
		Others{Browsers: true, Action: "/account/others"},
		Connections{Frame: frame, Stop: "/account/connections/stop", Connections: []Connection{
			{ID: "1", Name: "Claude", Host: "claude.ai", Agent: true, Scopes: []i18n.Text{"See your email address"}, Since: anHour, LastUsed: anHour, Until: anHour}, {ID: "2", Name: "Grafana", Since: anHour}}},
		Connections{Frame: frame},
		Activity{Frame: frame, NotMe: "/account/activity/not-me", Older: "/account/activity?before=2", Events: []ActivityEvent{
			{ID: "1", At: anHour, Sentence: "Signed in.", Browser: "Firefox on Linux", Network: "203.0.113.0/24"}, {ID: "2", At: anHour, Sentence: "Changed by us.", Refused: true, Ours: true}}},
		Activity{Frame: frame},
	)
	frame.ConfirmURL = "/account/confirm"
	return append(pages, changes(frame)...)
}

func changes(frame Frame) []Page {
	pending := Address{Address: "ada@example.org", Pending: "ada@example.com", Confirm: "/account/email/code", CodeError: "That code is not right.", Cancel: "/account/email/cancel"}
	first := Address{Address: "ada@example.org", Change: "/account/email", Typed: "ada@@", Error: "That is not a mail address."}
	second := Address{Address: "ada@example.net", Change: "/account/second", Remove: "/account/second/remove"}
	return []Page{
		Passkeys{Frame: frame, Rename: "/account/passkeys/rename", Remove: "/account/passkeys/remove", Add: "/account/passkeys/add", OptionsJSON: options,
			Passkeys: []Passkey{{ID: "1", Name: "Phone", Created: anHour, LastUsed: anHour, Synced: true}, {ID: "2", Name: "Key", Created: anHour, Keeps: "It is your last way in."}}},
		Passkeys{Frame: frame},
		AuthenticatorApp{Frame: frame, Begin: "/account/app/begin"},
		AuthenticatorApp{Frame: frame, Since: anHour, LastUsed: anHour, Remove: "/account/app/remove"},
		AuthenticatorApp{Frame: frame, Since: anHour, Keeps: "It is required here."},
		RecoveryCodes{Frame: frame, Left: 3, Made: anHour, Regenerate: "/account/codes/regenerate"},
		RecoveryCodes{Frame: frame, Regenerate: "/account/codes/regenerate"},
		Profile{Frame: frame, Name: "Ada Lovelace", Rename: "/account/profile", NameError: "That is too long.", Email: first, Second: pending},
		Profile{Frame: frame, Rename: "/account/profile", Email: first, More: []FieldGroup{{Title: "About you", Fields: []ProfileField{
			{Name: "birthdate", Label: "Date of birth", Fill: "bday", Example: "1815-12-10", Value: "10.12.1815", Error: "That is too long."},
			{Name: "website", Label: "Website", Type: "url", Value: "https://ada.example"}}}}},
		Profile{Frame: frame, Rename: "/account/profile", Email: pending, Second: second},
		Profile{Frame: frame, Rename: "/account/profile", Email: first, MailOff: true},
		Profile{Frame: frame, Rename: "/account/profile", Second: Address{Change: "/account/second"}},
		Export{Frame: frame, Download: "/account/export.json", DocsURL: "https://example.org/docs"},
		DeleteAccount{Frame: frame, Action: "/account/delete", Back: "/account", Loses: []i18n.Text{"Grafana loses its access."}},
	}
}

// noticeSpecimens returns the mails of page_notice.go.
func noticeSpecimens() []Mail {
	c := Circumstances{At: anHour, Browser: "Firefox on Linux", Network: "203.0.113.0/24"}
	const link = "https://example.org/account"
	return []Mail{
		NewDeviceMail(c, link), FactorAddedMail("the passkey “Phone”", c, link), FactorRemovedMail("the authenticator app", c, link),
		RecoveryCodeMail(3, c, link), EmailChangedMail("ada@example.org", "ada@example.com", c, link),
		SecondEmailMail("", "ada@example.com", c, link), SecondEmailMail("ada@example.com", "", c, link),
		ConfirmEmailMail("482913", 10, c, link), ConnectedMail("Claude", []i18n.Text{"See your email address"}, Circumstances{}, link),
		RecoveryLinkMail(anHour, link), AccountDeletedMail(c),
	}
}
