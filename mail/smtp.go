package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// SMTP is a transport to a mail server, over TLS unless the server is on this machine.
type SMTP struct {
	TLS *tls.Config // optional: roots to trust; a server on this machine must then use TLS, too

	host, user, password string
	port                 int
	implicit             bool // TLS from the first byte, RFC 8314
}

var _ Transport = (*SMTP)(nil)

// errSMTPURL says nothing of the url itself: it holds a password.
var errSMTPURL = errors.New("smtp url: expected smtp://[user:password@]host[:port], or smtps:// for TLS from the start")

// NewSMTP returns a transport to the server of rawURL: smtp:// (STARTTLS, port 587) or smtps:// (TLS
// from the start, port 465), with AUTH when the url names a user. It does not connect.
func NewSMTP(rawURL string) (*SMTP, error) {
	u, err := url.Parse(rawURL)
	if err != nil || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, errSMTPURL
	}
	ports := map[string]string{"smtp": "587", "smtps": "465"}
	port, known := ports[u.Scheme]
	if !known {
		return nil, errSMTPURL
	}
	if u.Port() != "" {
		port = u.Port()
	}
	s := &SMTP{host: u.Hostname(), user: u.User.Username(), implicit: u.Scheme == "smtps"}
	s.password, _ = u.User.Password()
	if s.port, err = strconv.Atoi(port); err != nil || s.port < 1 || s.port > 65535 {
		return nil, errSMTPURL
	}
	return s, nil
}

// Deliver hands m to the server on a connection of its own.
func (s *SMTP) Deliver(ctx context.Context, from string, m Message) error {
	letter, err := compose(from, m, time.Now())
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	client, err := s.client(helo(letter), func(_ context.Context, network, addr string) (net.Conn, error) {
		conn, err := s.dial(ctx, network, addr)
		if err == nil { // the client itself forgets a connection whose greeting or login failed
			context.AfterFunc(ctx, func() { conn.Close() })
		}
		return conn, err
	})
	if err != nil {
		return fmt.Errorf("smtp: %w", err)
	}
	session, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return fmt.Errorf("smtp: %w", plain(err))
	}
	err = client.SendWithSMTPClient(session, letter)
	if letter.IsDelivered() { // what failed after the server's 250 is of no interest
		_ = session.Quit()
		return nil
	}
	return verdict(err)
}

func (s *SMTP) client(helo string, dial gomail.DialContextFunc) (*gomail.Client, error) {
	options := []gomail.Option{
		gomail.WithPort(s.port),
		gomail.WithHELO(helo), // the host name is private
		gomail.WithTimeout(tryFor / 2),
		gomail.WithDialContextFunc(dial),
		gomail.WithTLSConfig(s.tls()),
		gomail.WithTLSPolicy(s.policy()),
		gomail.WithoutNoop(),
	}
	if s.user != "" {
		options = append(options, gomail.WithUsername(s.user), gomail.WithPassword(s.password),
			gomail.WithSMTPAuth(s.auth()))
	}
	return gomail.NewClient(s.host, options...)
}

func (s *SMTP) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	if s.implicit {
		return (&tls.Dialer{Config: s.tls()}).DialContext(ctx, network, addr)
	}
	return (&net.Dialer{}).DialContext(ctx, network, addr)
}

func (s *SMTP) tls() *tls.Config {
	c := &tls.Config{}
	if s.TLS != nil {
		c = s.TLS.Clone()
	}
	c.ServerName, c.MinVersion = s.host, tls.VersionTLS12
	return c
}

// policy never lets a mail cross a network in the clear: a server that offers no STARTTLS, or whose
// offer was removed on the way, gets none.
func (s *SMTP) policy() gomail.TLSPolicy {
	switch {
	case s.implicit:
		return gomail.TLSOpportunistic // lets the client see that it has TLS already
	case s.TLS == nil && loopback(s.host):
		return gomail.NoTLS
	}
	return gomail.TLSMandatory
}

func (s *SMTP) auth() gomail.SMTPAuthType {
	if s.policy() == gomail.NoTLS {
		return gomail.SMTPAuthPlainNoEnc
	}
	return gomail.SMTPAuthAutoDiscover
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}
