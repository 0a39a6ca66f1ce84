package templates

import (
	"slices"
	"time"
)

// specimens returns every page once or more, so that each branch of each template has run before
// another package depends on it.
func specimens() []Page {
	mail := MailOffer{Action: "/login/mail", Handle: "handle", Email: "ada@example.org", Error: "That is not a mail address."}
	users := UsersOffer{Action: "/login/dev", Handle: "handle", Users: []UserChoice{{ID: "1", Name: "Ada", Email: "ada@example.org"}}}
	pages := []Page{
		SignIn{App: "Grafana", Notice: "That link has expired.", Offers: []Offer{mail, users}},
		SignIn{App: "Grafana", Why: "Grafana asks you to confirm it is you.", Account: "ada@example.org", Offers: []Offer{mail}},
		SignIn{App: "Grafana", Why: "Grafana asks for another account than the one signed in.", Offers: []Offer{mail}},
		SignIn{Account: "ada@example.org", Resume: "/login/resume", Offers: []Offer{mail}},
		MailSent{App: "Grafana", Email: "ada@example.org", Action: "/login/mail/code", Handle: "handle", Error: "That code is not right.", Again: "/login"},
		MailLink{App: "Grafana", SameBrowser: true, Action: "/login/mail/token", NotMe: "/login/mail/token/not-me", Browser: "Firefox on Linux", Network: "203.0.113.0/24", Email: "ada@example.org"},
		MailLink{App: "Grafana", Code: "482913", NotMe: "/login/mail/token/not-me", Browser: "Firefox on Linux", Network: "203.0.113.0/24", Email: "ada@example.org"},
		consentSpecimen("claude.ai"), consentSpecimen(""),
		HandOff{App: "Grafana", URL: "https://grafana.example.org/cb?code=code"},
		HandOff{URL: "com.example.app:/cb?code=code", Signals: []Signal{SignalAll{RPID: "example.org", UserID: "dQ"}}},
		FormPost{App: "Grafana", Action: "https://grafana.example.org/cb", Fields: []Field{{Name: "code", Value: "code"}}},
		SignOut{App: "Grafana", Account: "ada@example.org", Action: "/logout", Fields: []Field{{Name: "state", Value: "state"}}},
		SignedOut{SignInURL: "/login"},
		SignedOut{App: "Grafana", NextURL: "https://grafana.example.org/bye", Frames: []string{"https://grafana.example.org/logout?sid=1"}},
		SignedOut{NextURL: "https://grafana.example.org/bye", Frames: []string{"https://grafana.example.org/logout"}},
		SignedOut{Notice: "Your account and everything we stored about you were deleted.", SignInURL: "/login"},
		Error{Status: 400, Title: "This link has expired", Message: "Sign in again.", WayText: "Sign in", WayURL: "/login",
			OAuth: "invalid_request", Code: "link_expired", Detail: "ten minutes", TraceID: "trace"},
		Done{Title: "No one was signed in", Message: "The link and code no longer work. There’s nothing else you need to do.", WayText: "Go to your profile", WayURL: "/account/profile"},
		SignedOut{App: "app.example", NextURL: "https://app.example/bye", Waits: true, SignInURL: "/login"},
		Error{Status: 400, Title: "This link has expired", Message: "Sign in again.", OAuth: "invalid_scope", BackTo: "app.example", BackURL: "https://app.example/cb?error=invalid_scope"},
		DevMail{Messages: []DevMessage{{To: "ada@example.org", Subject: "Sign in", Text: "https://example.org/ text", At: time.Unix(0, 0)}}},
		Playground{StartURL: "/dev/playground?start", Error: "It did not answer.", Steps: []PlaygroundStep{{Title: "Ask", Method: "GET", URL: "/authorize",
			Request: "request", Response: "response", Decoded: []DecodedToken{{Name: "access token", Header: "{}", Claims: "{}"}}}}},
	}
	return slices.Concat(pages, factorSpecimens(), accountSpecimens(), deviceSpecimens())
}

func consentSpecimen(host string) Consent {
	return Consent{Action: "/consent", Handle: "handle", Client: "Claude", ClientHost: host, RedirectHost: "claude.ai",
		Resources: []string{"https://mcp.example.org/"}, Account: "ada@example.org", SwitchURL: "/login",
		Scopes:  []ConsentScope{{Name: "email", Sentence: "See your mail address", New: true}, {Name: "x"}},
		Details: detailSpecimens(),
		Lasts:   "Until you stop it.", Warning: "Symbolon does not know this app.",
		Unverified: true, Vouched: "An administrator approved this app.", LogoURL: "/logo/name.png",
		Links: []ConsentLink{{Name: "Website", URL: "https://claude.ai/", Host: "claude.ai"}}}
}

func mailSpecimens() []Mail {
	return append(noticeSpecimens(),
		SignInMail{App: "Grafana", Link: "https://example.org/login/mail/token", Code: "482913", Minutes: 10, Browser: "Firefox on Linux", Network: "203.0.113.0/24"},
		InviteMail{Name: "Ada", Link: "https://example.org/login/invitation/token", Days: 7},
	)
}

func detailSpecimens() []Detail {
	return []Detail{
		{Type: "payment", Sentence: []Phrase{{Text: "Pay "}, {Value: "12.50"}, {Text: " "}, {Value: "EUR"}, {Text: " to "}, {Value: "Merchant A"}}, Members: []DetailMember{
			{Name: "reference", Label: "Reference", Values: []string{"Invoice 4711"}}, {Name: "express", Yes: true}, {Name: "recurring", No: true},
		}},
		{Type: "files", Sentence: []Phrase{{Text: "Work with your files"}}, Members: []DetailMember{
			{Name: "actions", Values: []string{"read", "write"}}, {Name: "locations", Values: []string{"https://files.example.org/"}},
			{Name: "datatypes", Values: []string{"photos"}}, {Name: "identifier", Values: []string{"album-1"}}, {Name: "privileges", Values: []string{"admin"}},
		}},
		{Type: "unknown"},
	}
}

func deviceSpecimens() []Page {
	return []Page{
		Device{Action: "/device", UserCode: "BCD-FGH-JKL", Error: "That is no code."},
		Device{Action: "/device/handle", UserCode: "BCD-FGH-JKL", Client: "TV", Account: "ada@example.org", Network: "203.0.113.0/24",
			Scopes: []ConsentScope{{Name: "openid", Sentence: "Confirm who you are"}, {Name: "x"}}, Resources: []string{"https://api.example.org"}, Details: []Detail{{Type: "files", Sentence: []Phrase{{Text: "Work with your files"}}}}},
		Device{Action: "/device/handle", UserCode: "BCD-FGH-JKL", Client: "TV", Account: "ada@example.org", Network: "203.0.113.0/24", SameNetwork: true},
		Device{Client: "TV", Done: true, Allowed: true},
		Device{Client: "TV", Done: true},
	}
}
