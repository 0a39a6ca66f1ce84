package provider

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// failedAuthentications is how many wrong secrets one network may try on one client. Only failures
// are counted, and a right secret always passes: nobody can lock a client out.
var failedAuthentications = web.Limit{Events: 20, Per: time.Minute}

// maxClientID bounds what is looked up; it leaves room for ids that are URLs.
const maxClientID = 2 << 10

// credentials are what a client authenticates with. Basic and post are interchangeable: libraries
// send what they please.
type credentials struct {
	id     string
	secret string // "" when the client sent none
}

// authenticate returns the client that sent r. Its refusals are all the same: unknown, disabled,
// deleted and wrong secret cannot be told apart, by answer or by work.
func (p *Provider) authenticate(ctx context.Context, r *http.Request, form params) (storage.Client, error) {
	sent, fault := readCredentials(r, form)
	if fault != nil {
		return storage.Client{}, fault
	}
	c, err := p.lookUp(ctx, sent.id)
	if err != nil {
		return storage.Client{}, err
	}
	now := p.Now()
	secretID, ok := proves(c, sent.secret, now)
	if !ok || !c.DisabledAt.IsZero() {
		return storage.Client{}, p.authenticationFailed(ctx, sent.id)
	}
	if secretID != "" {
		p.SecretUse.SecretUsed(secretID, now)
	}
	return c, nil
}

// lookUp returns the zero client for an id that nobody has.
func (p *Provider) lookUp(ctx context.Context, id string) (storage.Client, error) {
	if !visible(id) || len(id) > maxClientID {
		return storage.Client{}, nil
	}
	c, err := p.Clients.Client(ctx, id)
	if errors.Is(err, storage.ErrNotFound) {
		return storage.Client{}, nil
	}
	return c, err
}

// proves compares secret with every live secret of c, and with a dummy when there is none. A public
// client proves itself by sending no secret, any other by sending one.
func proves(c storage.Client, secret string, now time.Time) (secretID string, ok bool) {
	digest, live := storage.Digest(secret), 0
	for _, s := range c.Secrets {
		if !s.ExpiresAt.IsZero() && !now.Before(s.ExpiresAt) {
			continue
		}
		live++
		if subtle.ConstantTimeCompare(digest, s.Digest) == 1 {
			secretID, ok = s.ID, true
		}
	}
	if live == 0 {
		subtle.ConstantTimeCompare(digest, make([]byte, len(digest)))
	}
	if c.ID == "" || secret == "" || c.Public {
		return "", c.ID != "" && secret == "" && c.Public
	}
	return secretID, ok
}

// authenticationFailed counts and reports the failure, and says which refusal is due.
func (p *Provider) authenticationFailed(ctx context.Context, id string) *Error {
	ip := web.ClientIP(ctx)
	event := audit.Event{Type: audit.ClientAuth, Outcome: audit.Refused, Reason: "invalid_client", IP: ip.String(), TraceID: web.TraceID(ctx)}
	if visible(id) && len(id) <= 128 {
		event.ClientID = id
	}
	p.Audit.RecordLater(ctx, event)
	key := "client:" + hex.EncodeToString(storage.Digest(id)[:12]) + ":" + web.Network(ip)
	var limited *web.Error
	if err := p.Limiter.Allow(ctx, key, failedAuthentications); errors.As(err, &limited) && limited.Status == http.StatusTooManyRequests {
		return &Error{Status: limited.Status, Name: "temporarily_unavailable", Description: "Too many failed attempts; wait before the next.", Cause: err}
	}
	return unauthenticated()
}

func unauthenticated() *Error { return refuse("invalid_client", descriptions["invalid_client"]) }

// readCredentials finds the one way in which the client authenticates (RFC 6749 section 2.3).
func readCredentials(r *http.Request, form params) (credentials, *Error) {
	posted := credentials{id: form.Get("client_id"), secret: form.Get("client_secret")}
	asserted := form.Get("client_assertion") != "" || form.Get("client_assertion_type") != ""
	header := r.Header["Authorization"]
	switch {
	case len(header) > 1, len(header) == 1 && (asserted || posted.secret != ""), asserted && posted.secret != "":
		return credentials{}, refuse("invalid_request", "The client authenticates in more than one way.")
	case asserted: // private_key_jwt is not offered yet
		return credentials{}, unauthenticated()
	case len(header) == 0 && posted.id == "":
		return credentials{}, unauthenticated()
	case len(header) == 0:
		return posted, nil
	}
	basic, ok := readBasic(header[0])
	if !ok {
		return credentials{}, unauthenticated()
	}
	if posted.id != "" && posted.id != basic.id {
		return credentials{}, refuse("invalid_request", "The client_id is not the one in the Authorization header.")
	}
	return basic, nil
}

// readBasic decodes the header; id and secret are form-encoded inside (RFC 6749 section 2.3.1).
func readBasic(header string) (credentials, bool) {
	scheme, encoded, ok := strings.Cut(header, " ")
	if !ok || !strings.EqualFold(scheme, "Basic") {
		return credentials{}, false
	}
	decoded, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil {
		return credentials{}, false
	}
	rawID, rawSecret, ok := strings.Cut(string(decoded), ":")
	if !ok {
		return credentials{}, false
	}
	id, err := url.QueryUnescape(rawID)
	if err != nil {
		return credentials{}, false
	}
	secret, err := url.QueryUnescape(rawSecret)
	return credentials{id, secret}, err == nil && id != ""
}

// visible tells whether s has only the characters of a client_id (RFC 6749 appendix A.1).
func visible(s string) bool {
	for _, c := range []byte(s) {
		if c < 0x20 || c > 0x7e {
			return false
		}
	}
	return s != ""
}
