package mail

import (
	"fmt"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// compose makes the message of RFC 5322: a text and an HTML part, nothing to load and nothing that
// shows who read it.
func compose(from string, m Message, now time.Time) (*gomail.Msg, error) {
	if err := m.validate(); err != nil { // again: the row may be older than the rules
		return nil, fmt.Errorf("compose mail: %w: %w", err, ErrRefused)
	}
	sender, err := ParseSender(from)
	if err != nil {
		return nil, fmt.Errorf("compose mail: %w", err)
	}
	letter := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := letter.From(from); err != nil {
		return nil, fmt.Errorf("compose mail: %w", err)
	}
	if err := letter.To(m.To); err != nil {
		return nil, fmt.Errorf("compose mail: recipient: %w", ErrRefused)
	}
	letter.Subject(m.Subject)
	letter.SetDateWithValue(now)
	letter.SetMessageIDWithValue(m.ID + "@" + domain(sender)) // the same for every attempt
	letter.SetGenHeader("Auto-Submitted", "auto-generated")   // RFC 3834: no out-of-office replies
	letter.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		letter.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	return letter, nil
}

// helo is the name we greet the server with.
func helo(letter *gomail.Msg) string {
	sender, _ := letter.GetSender(false) // compose has set it
	return domain(sender)
}

func domain(address string) string { return address[strings.LastIndex(address, "@")+1:] }
