package mail_test

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/symbolon-id/symbolon/mail"
)

const from = "Symbolon <no-reply@id.example>"

var letter = mail.Message{
	ID: "m_1", To: "alice@x.example", Subject: "Your code: 123456 – grüße",
	Text: "Open https://id.example/login/mail/abc\n\n.\nBcc: not a header\n" + strings.Repeat("long ", 300),
	HTML: `<p>Open <a href="https://id.example/login/mail/abc">the link</a></p>`,
}

func TestUnusableURLIsRefusedWithoutRepeatingThePassword(t *testing.T) {
	for _, url := range []string{
		"", "mail.example:587", "http://mail.example", "smtp://", "smtp://u:hunter2@mail.example:99999", "smtp://u:hunter2@mail.example:x",
		"smtp://u:hunter2@mail.example/path", "smtp://u:hunter2@mail.example?tls=off", "smtp://u:hunter2@mail example",
	} {
		_, err := mail.NewSMTP(url)
		if err == nil {
			t.Errorf("%q accepted", url)
			continue
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", url, err)
		}
	}
}

func TestServerWithoutSTARTTLSGetsNothing(t *testing.T) {
	_, trust := certificate(t)
	for login, s := range map[string]*server{"": {}, "symbolon:correct%20horse@": {User: "symbolon"}} {
		addr := s.start(t, "127.0.0.1:0", false)
		waits(t, transport(t, "smtp://"+login+addr, trust).Deliver(t.Context(), from, letter))
		if s.count() != 0 {
			t.Error("the mail crossed the network in the clear")
		}
	}
}

func TestServerWithUnknownCertificateGetsNothing(t *testing.T) {
	own, _ := certificate(t)
	_, other := certificate(t)
	for _, scheme := range []string{"smtp", "smtps"} {
		s := &server{TLS: own}
		addr := s.start(t, "127.0.0.1:0", scheme == "smtps")
		waits(t, transport(t, scheme+"://"+addr, other).Deliver(t.Context(), from, letter))
		if s.count() != 0 {
			t.Error("a stranger got the mail")
		}
	}
}

func TestWrongPasswordDoesNotCostTheMail(t *testing.T) {
	own, trust := certificate(t)
	s := &server{TLS: own, User: "symbolon"}
	addr := s.start(t, "127.0.0.1:0", false)
	err := transport(t, "smtp://symbolon:wrong@"+addr, trust).Deliver(t.Context(), from, letter)
	waits(t, err)
	if strings.Contains(err.Error(), "bad login") {
		t.Errorf("the server's words are in the error: %v", err)
	}
}

func TestRefusedMessageIsRefusedForGood(t *testing.T) {
	for _, stage := range []string{"RCPT", "DATA"} {
		s := &server{Refuse: answer(stage, 550)}
		err := transport(t, "smtp://"+s.start(t, "127.0.0.1:0", false), nil).Deliver(t.Context(), from, letter)
		if !errors.Is(err, mail.ErrRefused) || !strings.Contains(err.Error(), "550 5.1.1") {
			t.Errorf("%s: %v", stage, err)
		}
		if strings.Contains(err.Error(), "alice") {
			t.Errorf("%s: the address is in the error: %v", stage, err)
		}
	}
}

func TestTemporaryRefusalMayBeTriedAgain(t *testing.T) {
	for stage, code := range map[string]int{"MAIL": 451, "RCPT": 450, "DATA": 452} {
		s := &server{Refuse: answer(stage, code)}
		waits(t, transport(t, "smtp://"+s.start(t, "127.0.0.1:0", false), nil).Deliver(t.Context(), from, letter))
	}
}

func TestRefusedSenderDoesNotCostTheMail(t *testing.T) {
	s := &server{Refuse: answer("MAIL", 553)}
	waits(t, transport(t, "smtp://"+s.start(t, "127.0.0.1:0", false), nil).Deliver(t.Context(), from, letter))
}

func TestServerThatSaysNothingIsGivenUp(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		if conn, err := l.Accept(); err == nil {
			defer conn.Close()
			time.AfterFunc(50*time.Millisecond, cancel)
			<-t.Context().Done()
		}
	}()
	err = transport(t, "smtp://"+l.Addr().String(), nil).Deliver(ctx, from, letter)
	waits(t, err)
	if !errors.Is(err, net.ErrClosed) {
		t.Errorf("it was not the end of the context that ended the wait: %v", err)
	}
}

func TestMessageThatCouldAddAHeaderIsNotSent(t *testing.T) {
	s := &server{}
	smtp := transport(t, "smtp://"+s.start(t, "127.0.0.1:0", false), nil)
	for _, m := range injections() {
		if err := smtp.Deliver(t.Context(), from, m); !errors.Is(err, mail.ErrRefused) {
			t.Errorf("%q, %q: %v", m.To, m.Subject, err)
		}
	}
	if s.count() != 0 {
		t.Error("a mail left")
	}
}

func TestMailArrivesOverEveryKindOfConnection(t *testing.T) {
	own, trust := certificate(t)
	for name, c := range map[string]struct {
		server   *server
		scheme   string
		implicit bool
		trusting bool
	}{
		"STARTTLS with login":         {&server{TLS: own, User: "symbolon"}, "smtp://symbolon:correct%20horse@", false, true},
		"TLS from the start":          {&server{TLS: own, User: "symbolon"}, "smtps://symbolon:correct%20horse@", true, true},
		"in the clear on this host":   {&server{}, "smtp://", false, false},
		"with login on this host":     {&server{User: "symbolon"}, "smtp://symbolon:correct%20horse@", false, false},
		"untrusted TLS on this host":  {&server{TLS: own}, "smtp://", false, false},
		"STARTTLS without a login":    {&server{TLS: own}, "smtp://", false, true},
		"implicit TLS without log in": {&server{TLS: own}, "smtps://", true, true},
	} {
		t.Run(name, func(t *testing.T) {
			addr := c.server.start(t, "127.0.0.1:0", c.implicit)
			smtp := transport(t, c.scheme+addr, nil)
			if c.trusting {
				smtp.TLS = trust
			}
			if err := smtp.Deliver(t.Context(), from, letter); err != nil {
				t.Fatal(err)
			}
			if c.server.count() != 1 {
				t.Errorf("%d mails arrived", c.server.count())
			}
		})
	}
}

func TestMailSaysWhatItShouldAndNothingElse(t *testing.T) {
	s := &server{}
	if err := transport(t, "smtp://"+s.start(t, "127.0.0.1:0", false), nil).Deliver(t.Context(), from, letter); err != nil {
		t.Fatal(err)
	}
	got, bodies := s.accepted()
	h := got[0].Header
	for name, want := range map[string]string{
		"From": `"Symbolon" <no-reply@id.example>`, "To": "<alice@x.example>", "Message-Id": "<m_1@id.example>",
		"Auto-Submitted": "auto-generated", "Mime-Version": "1.0", "Bcc": "", "Cc": "", "User-Agent": "", "X-Mailer": "",
	} {
		if h.Get(name) != want {
			t.Errorf("%s: %q", name, h.Get(name))
		}
	}
	if subject, err := new(mime.WordDecoder).DecodeHeader(h.Get("Subject")); err != nil || subject != letter.Subject {
		t.Errorf("subject %q, %v", subject, err)
	}
	if _, err := h.Date(); err != nil {
		t.Error(err)
	}
	parts := readParts(t, h, bodies[0])
	if parts["text/plain"] != letter.Text || parts["text/html"] != letter.HTML {
		t.Errorf("parts %q", parts)
	}
	if len(s.to[0]) != 1 || s.to[0][0] != "alice@x.example" {
		t.Errorf("recipients %q", s.to[0])
	}
}

func readParts(t *testing.T, h netmail.Header, body string) map[string]string {
	t.Helper()
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatal(kind, err)
	}
	parts := map[string]string{}
	for r := multipart.NewReader(strings.NewReader(body), params["boundary"]); ; {
		p, err := r.NextRawPart()
		if err == io.EOF {
			return parts
		}
		if err != nil {
			t.Fatal(err)
		}
		kind, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type"))
		text, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil {
			t.Fatal(err)
		}
		parts[kind] = strings.ReplaceAll(string(text), "\r\n", "\n")
	}
}

// injections are messages that try to become more than one mail to one address.
func injections() []mail.Message {
	to := func(to string) mail.Message { return mail.Message{To: to, Subject: "s", Text: "t"} }
	subject := func(s string) mail.Message { return mail.Message{To: "a@x.example", Subject: s, Text: "t"} }
	return []mail.Message{
		to("a@x.example\r\nBcc: evil@y.example"), to("a@x.example,evil@y.example"), to("<a@x.example>"), to(""),
		subject("hello\r\nBcc: evil@y.example"), subject("hello\nX: y"), subject("hello\x00"), subject(""),
		{To: "a@x.example", Subject: "s", Text: "\xff"}, {To: "a@x.example", Subject: "s"},
	}
}

func answer(stage string, code int) func(string) error {
	return func(at string) error {
		if at != stage {
			return nil
		}
		return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 1, 1}, Message: "<alice@x.example> is not liked"}
	}
}

func waits(t *testing.T, err error) {
	t.Helper()
	if err == nil || errors.Is(err, mail.ErrRefused) {
		t.Fatalf("%v", err)
	}
	if strings.Contains(err.Error(), "alice") {
		t.Fatalf("the address is in the error: %v", err)
	}
}
