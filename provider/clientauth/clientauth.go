package clientauth

import (
	"cmp"
	"context"
	"crypto/subtle"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/clock"
	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// failedAuthentications is how many incorrect secrets one network may try on one client. Only failures
// are counted, and a right secret always passes: an attacker cannot lock a client out.
var failedAuthentications = web.Limit{Events: 20, Per: time.Minute}

// maxClientID bounds what is looked up; it has room for ids that are URLs.
const maxClientID = 2 << 10

// Clients finds registered software.
type Clients interface {
	// Client returns the client with its live secrets, disabled or not, or storage.ErrNotFound.
	Client(ctx context.Context, id string) (storage.Client, error)
	// Spend uses a client's assertion up: of all callers, ever, one gets nil, the others
	// storage.ErrSpent.
	Spend(ctx context.Context, s storage.Spent) error
}

// Recorder records the refusals worth remembering.
type Recorder interface {
	RecordLater(ctx context.Context, e audit.Event)
}

// SecretUse learns when a client secret was last used.
type SecretUse interface {
	SecretUsed(id string, at time.Time)
}

// Authenticator authenticates clients.
type Authenticator struct {
	oauth.Place
	ClientKeys ClientKeys
	ClientCAs  *x509.CertPool
	Limiter    *web.Limiter
	Audit      Recorder
	SecretUse  SecretUse
	Clock      clock.Clock
	Clients    Clients
}

// Authenticate returns the client that sent r. Its refusals are all the same: unknown, disabled,
// deleted and incorrect secret cannot be distinguished, by answer or by work.
func (a *Authenticator) Authenticate(ctx context.Context, r *http.Request, form oauth.Params) (storage.Client, error) {
	c, _, err := a.AuthenticateBy(ctx, r, form)
	return c, err
}

// AuthenticateBy also returns the id of what the client authenticated with: a secret, a key or a
// certificate; "" for a public client.
func (a *Authenticator) AuthenticateBy(ctx context.Context, r *http.Request, form oauth.Params) (_ storage.Client, credentialID string, _ error) {
	sent, fault := readCredentials(r, form)
	if fault != nil {
		return storage.Client{}, "", fault
	}
	c, err := a.LookUp(ctx, sent.id)
	if err != nil {
		return storage.Client{}, "", err
	}
	if sent.assertion != "" || c.AuthMethod == storage.AuthPrivateKeyJWT {
		return a.authenticateByAssertion(ctx, c, sent)
	}
	if byCertificate(c) {
		return a.authenticateByCertificate(ctx, c, sent)
	}
	now := a.Clock.Now()
	secretID, ok := proves(c, sent.secret, now)
	if !ok || !c.DisabledAt.IsZero() {
		return storage.Client{}, "", a.authenticationFailed(ctx, sent, c)
	}
	if secretID != "" {
		a.SecretUse.SecretUsed(secretID, now)
	}
	return c, secretID, nil
}

// LookUp returns the client with this id, or the zero client for an id that no client has.
func (a *Authenticator) LookUp(ctx context.Context, id string) (storage.Client, error) {
	if !visible(id) || len(id) > maxClientID {
		return storage.Client{}, nil
	}
	c, err := a.Clients.Client(ctx, id)
	if errors.Is(err, storage.ErrNotFound) {
		return storage.Client{}, nil
	}
	return c, err
}

// proves reports whether the secret makes a client c, and which of its secrets it is. A public client
// proves itself by sending none: its id is all it has.
func proves(c storage.Client, secret string, now time.Time) (secretID string, ok bool) {
	secretID, ok = match(c.Secrets, secret, now)
	switch {
	case c.ID == "", c.FAPI2(): // a secret, or nothing, is not enough
		return "", false
	case c.Public:
		return "", secret == ""
	}
	return secretID, ok && secret != ""
}

// match compares with every live secret, and with a dummy when there is none.
func match(secrets []storage.ClientSecret, secret string, now time.Time) (id string, ok bool) {
	digest, compared := storage.Digest(secret), false
	for _, s := range secrets {
		if !s.ExpiresAt.IsZero() && !now.Before(s.ExpiresAt) {
			continue
		}
		compared = true
		if subtle.ConstantTimeCompare(digest, s.Digest) == 1 {
			id, ok = s.ID, true
		}
	}
	if !compared {
		subtle.ConstantTimeCompare(digest, make([]byte, len(digest)))
	}
	return id, ok
}

// authenticationFailed counts the failure, and as often as the count allows reports it, and says which
// refusal is due.
func (a *Authenticator) authenticationFailed(ctx context.Context, sent credentials, c storage.Client) *oauth.Error {
	key := "client:" + hex.EncodeToString(storage.Digest(sent.id)[:12]) + ":" + web.Network(web.ClientIP(ctx))
	if e := oauth.TooMany(a.Limiter.Allow(ctx, key, failedAuthentications), "Too many failed attempts; try again later."); e != nil {
		return e
	}
	a.recordFailure(ctx, sent.id)
	return oauth.Unauthenticated().WithHintFunc(func() string {
		return cmp.Or(a.unusable(ctx, sent.id, c), badSecret(sent.secret, c))
	})
}

// unusable explains to developers why a client that is named can do nothing, "" when it can.
func (a *Authenticator) unusable(ctx context.Context, id string, c storage.Client) string {
	switch {
	case id == "":
		return "the parameter client_id is missing"
	case c.ID == "" && strings.Contains(id, "://"):
		_, err := a.Clients.Client(ctx, id) // is still remembered
		return fmt.Sprintf("there is no client at %s: %v", id, err)
	case c.ID == "":
		return "no client has the id " + id + "; symbolon client list shows those there are"
	case !c.DisabledAt.IsZero():
		return "client " + id + " is switched off: " + oauth.Command(c, "enable")
	}
	return ""
}

func badSecret(secret string, c storage.Client) string {
	switch {
	case c.Public && secret != "":
		return "the client is public: it has no secret, and must send none"
	case c.FAPI2():
		return "the client has the profile FAPI 2.0: it authenticates by private_key_jwt or a certificate"
	case secret == "":
		return "no secret was sent, and the client has one: it belongs into an Authorization header, as Basic, or into the body, as client_secret"
	}
	return "the secret is none of the client's live ones; for another: " + oauth.Command(c, "secret add")
}

func (a *Authenticator) recordFailure(ctx context.Context, id string) {
	event := audit.Event{Type: audit.ClientAuth, Outcome: audit.Refused, Reason: "invalid_client",
		IP: web.ClientIP(ctx).String(), TraceID: web.TraceID(ctx)}
	if visible(id) && len(id) <= 128 {
		event.ClientID = id
	}
	a.Audit.RecordLater(ctx, event)
}

// UnknownClient refuses, on a page, a client that is unknown or switched off.
func (a *Authenticator) UnknownClient(ctx context.Context, id string, c storage.Client) *oauth.Error {
	return oauth.RefuseUser("invalid_client", "We do not recognize this app, or it has been turned off.").ForPage().
		WithHintFunc(func() string { return a.unusable(ctx, id, c) })
}
