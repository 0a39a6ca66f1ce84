package templates

import "time"

// DevMail is the mailbox of the dev mode: every mail the server would have sent, newest first.
type DevMail struct {
	Messages []DevMessage
}

// DevMessage is one mail of the dev mode.
type DevMessage struct {
	To, Subject string
	Text        string // its addresses become links
	At          time.Time
}

// Playground walks the authorization code flow and shows every message of it.
type Playground struct {
	Steps    []PlaygroundStep
	StartURL string // GET: begins, or begins again
	Error    string
}

// PlaygroundStep is one request and its answer.
type PlaygroundStep struct {
	Title    string
	Method   string
	URL      string
	Request  string // as sent, without what is secret
	Response string // as received
	Decoded  []DecodedToken
}

// DecodedToken is a signed token taken apart, as indented JSON.
type DecodedToken struct{ Name, Header, Claims string }

func (DevMail) template() string    { return "dev-mail" }
func (Playground) template() string { return "playground" }

// developers are pages for them alone, in English like the protocol they show.
type developers interface{ english() }

func (DevMail) english()    {}
func (Playground) english() {}
