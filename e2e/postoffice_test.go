package e2e

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// letter is a mail that has arrived.
type letter struct {
	to, subject, text, html string
	link, code              string // of a mail to sign in with
}

// postOffice is a mail server with a mailbox for everybody.
type postOffice struct {
	address, password string

	mu      sync.Mutex
	server  *smtp.Server
	letters []letter
	arrived chan struct{} // closed and replaced with every letter
}

func newPostOffice(t testing.TB) *postOffice {
	t.Helper()
	o := &postOffice{password: lab.seen.secret("SMTP password", random()), arrived: make(chan struct{})}
	listener := must[net.Listener](t)(net.Listen("tcp", "127.0.0.1:0"))
	o.address = listener.Addr().String()
	o.serve(listener)
	return o
}

func (o *postOffice) url() string { return "smtp://symbolon:" + o.password + "@" + o.address }

func (o *postOffice) serve(listener net.Listener) {
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &delivery{office: o}, nil }))
	s.Domain, s.AllowInsecureAuth = "localhost", true
	s.ErrorLog = quiet{}
	o.server = s
	go s.Serve(listener)
}

// close turns the server off; open turns it on again at the same address.
func (o *postOffice) close(t testing.TB) {
	t.Helper()
	if err := o.server.Close(); err != nil {
		t.Fatal(err)
	}
}

func (o *postOffice) open(t testing.TB) {
	t.Helper()
	o.serve(must[net.Listener](t)(net.Listen("tcp", o.address)))
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

// delivery is one connection.
type delivery struct {
	office *postOffice
	to     string
	known  bool
}

var _ smtp.AuthSession = (*delivery)(nil)

func (d *delivery) Reset()                                    { d.to = "" }
func (d *delivery) Logout() error                             { return nil }
func (d *delivery) AuthMechanisms() []string                  { return []string{sasl.Plain} }
func (d *delivery) Mail(_ string, _ *smtp.MailOptions) error  { return d.authenticated() }
func (d *delivery) Rcpt(to string, _ *smtp.RcptOptions) error { d.to = to; return nil }
func (d *delivery) Data(r io.Reader) error                    { return d.office.accept(d.to, r) }
func (d *delivery) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		d.known = user == "symbolon" && password == d.office.password
		if !d.known {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}

func (d *delivery) authenticated() error {
	if !d.known {
		return smtp.ErrAuthRequired
	}
	return nil
}

var (
	mailedLink = regexp.MustCompile(`https?://\S+/login/mail/\S+`)
	mailedCode = regexp.MustCompile(`(?m)^\s+(\d{6})\s*$`)
)

func (o *postOffice) accept(to string, r io.Reader) error {
	l, err := readLetter(to, r)
	if err != nil {
		return err
	}
	l.link = mailedLink.FindString(l.text)
	if code := mailedCode.FindStringSubmatch(l.text); code != nil {
		l.code = code[1]
	}
	if _, token, ok := strings.Cut(l.text, "/account/email/link/"); ok {
		lab.seen.secret("mailed link", strings.Fields(token)[0])
	}
	if l.link != "" {
		lab.seen.secret("mailed link", l.link[strings.LastIndex(l.link, "/")+1:])
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.letters = append(o.letters, l)
	close(o.arrived)
	o.arrived = make(chan struct{})
	return nil
}

func readLetter(to string, r io.Reader) (letter, error) {
	message, err := mail.ReadMessage(r)
	if err != nil {
		return letter{}, err
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject"))
	if err != nil {
		return letter{}, err
	}
	l := letter{to: to, subject: subject}
	_, params, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil {
		return letter{}, err
	}
	parts := multipart.NewReader(message.Body, params["boundary"])
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return l, nil
		}
		if err != nil {
			return letter{}, err
		}
		text, err := decoded(part.Header.Get("Content-Transfer-Encoding"), part)
		if err != nil {
			return letter{}, err
		}
		if strings.HasPrefix(part.Header.Get("Content-Type"), "text/html") {
			l.html = text
		} else {
			l.text = text
		}
	}
}

func decoded(encoding string, r io.Reader) (string, error) {
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		r = quotedprintable.NewReader(r)
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, r)
	}
	var text bytes.Buffer
	_, err := text.ReadFrom(r)
	return strings.ReplaceAll(text.String(), "\r\n", "\n"), err
}

// to returns the letters that have arrived for an address, oldest first.
func (o *postOffice) to(address string) []letter {
	o.mu.Lock()
	defer o.mu.Unlock()
	var found []letter
	for _, l := range o.letters {
		if strings.EqualFold(l.to, address) {
			found = append(found, l)
		}
	}
	return found
}

// await returns the nth letter (from 1) to an address.
func (o *postOffice) await(t testing.TB, address string, nth int) letter {
	t.Helper()
	timeout := time.After(20 * time.Second)
	for {
		o.mu.Lock()
		next := o.arrived
		o.mu.Unlock()
		if found := o.to(address); len(found) >= nth {
			return found[nth-1]
		}
		select {
		case <-next:
		case <-timeout:
			t.Fatalf("mail %d to %s has not arrived", nth, address)
		}
	}
}

// awaitCode returns the first letter with a code to sign in with, after the first few.
func (o *postOffice) awaitCode(t testing.TB, address string, after int) letter {
	t.Helper()
	for {
		after++
		if l := o.await(t, address, after); l.code != "" && l.link != "" {
			return l
		}
	}
}

// awaitSubject returns a letter with this subject.
func (o *postOffice) awaitSubject(t testing.TB, address, subject string) letter {
	t.Helper()
	for nth := 1; ; nth++ {
		if l := o.await(t, address, nth); l.subject == subject {
			return l
		}
	}
}

func subjects(letters []letter) (all []string) {
	for _, l := range letters {
		all = append(all, l.subject)
	}
	return all
}
