package clientauth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

const (
	assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
	assertionLife = 5 * time.Minute  // at most
	Skew          = 30 * time.Second // of clients' clocks, either way
	maxJTI        = 256              // bytes
)

// assertionClaims is RFC 7523 section 3. Times are whole seconds; anything else does not parse.
type assertionClaims struct {
	Issuer    string         `json:"iss"`
	Subject   string         `json:"sub"`
	Audience  oauth.Audience `json:"aud"`
	ExpiresAt *int64         `json:"exp"`
	NotBefore *int64         `json:"nbf"`
	IssuedAt  *int64         `json:"iat"`
	JTI       string         `json:"jti"`
}

// readAssertion finds out whose assertion it claims to be. The client_id need not be sent, but must
// not be another's (RFC 7521 section 4.2).
func readAssertion(form oauth.Params) (credentials, *oauth.Error) {
	var claims assertionClaims
	assertion := form.Get("client_assertion")
	payload, err := keys.Peek(assertion)
	if err != nil || keys.Unmarshal(payload, &claims) != nil || form.Get("client_assertion_type") != assertionType {
		return credentials{}, unreadableAssertion()
	}
	if id := form.Get("client_id"); id != "" && id != claims.Subject {
		return credentials{}, unreadableAssertion()
	}
	return credentials{id: claims.Subject, assertion: assertion}, nil
}

func unreadableAssertion() *oauth.Error {
	return oauth.Unauthenticated().WithHint("the client_assertion is no JWT of the client_id that is sent, or client_assertion_type is not " + assertionType)
}

// authenticateByAssertion implements private_key_jwt. A client registered for it authenticates in no other
// way, and no other client in this one. The one write comes last: only an assertion that is right in
// everything else is remembered as used.
func (a *Authenticator) authenticateByAssertion(ctx context.Context, c storage.Client, sent credentials) (_ storage.Client, keyID string, _ error) {
	claims, keyID, err := a.openAssertion(ctx, c, sent.assertion)
	if err == nil {
		err = a.Clients.Spend(ctx, storage.Spent{
			Kind: "jti:" + c.ID, Value: claims.JTI, Until: time.Unix(*claims.ExpiresAt, 0).Add(Skew),
		})
	}
	if err == nil || errors.Is(err, storage.ErrUnavailable) {
		return c, keyID, err
	}
	web.Annotate(ctx, slog.String("cause", err.Error())) // not for the client; its developer may ask
	a.recordFailure(ctx, sent.id)                        // and no more: a signature cannot be guessed
	return storage.Client{}, "", a.badAssertion(ctx, c, sent, err)
}

func (a *Authenticator) badAssertion(ctx context.Context, c storage.Client, sent credentials, why error) *oauth.Error {
	return oauth.Unauthenticated().WithHintFunc(func() string {
		if sent.id == "" {
			return "the client_assertion names no client: its iss and sub must be the client_id"
		}
		if unusable := a.unusable(ctx, sent.id, c); unusable != "" {
			return unusable
		}
		switch {
		case sent.assertion == "":
			return "the client is registered for private_key_jwt and sent no client_assertion"
		case c.AuthMethod != storage.AuthPrivateKeyJWT:
			return "a client_assertion was sent, and the client is registered for " + methodOf(c)
		case errors.Is(why, storage.ErrSpent):
			return "client_assertion: its jti was used before"
		}
		return fmt.Sprintf("client_assertion: %v; aud must be %s alone, and exp at most five minutes ahead of our clock, which says %d", why, a.Issuer, a.Clock.Now().Unix())
	})
}

func methodOf(c storage.Client) string {
	switch {
	case c.Public:
		return "none: it is public"
	case byCertificate(c):
		return c.AuthMethod
	}
	return "a secret"
}

// openAssertion checks, in this order: the signature by one of the client's keys, who speaks about
// whom, to whom, when, and that it is distinct from the client's others.
func (a *Authenticator) openAssertion(ctx context.Context, c storage.Client, assertion string) (claims assertionClaims, keyID string, err error) {
	if c.AuthMethod != storage.AuthPrivateKeyJWT || !c.DisabledAt.IsZero() {
		return claims, "", errors.New("no client of private_key_jwt, or a disabled one")
	}
	payload, err := a.VerifyByClient(ctx, c, func(jwks []byte) (payload []byte, err error) {
		payload, keyID, err = keys.VerifyAssertion(jwks, assertion, assertionAlgs(c))
		return payload, err
	})
	if err != nil {
		return claims, "", err
	}
	if keys.Unmarshal(payload, &claims) != nil { // its error repeats what was sent
		return claims, "", errors.New("claims are malformed")
	}
	switch {
	case claims.Issuer != c.ID || claims.Subject != c.ID:
		return claims, "", errors.New("iss and sub are not the client")
	case !a.IsAudience(claims.Audience):
		return claims, "", errors.New("aud is not the issuer alone")
	case c.FAPI2() && !isString(payload):
		return claims, "", errors.New("aud is not the issuer, as a string")
	case len(claims.JTI) == 0 || len(claims.JTI) > maxJTI:
		return claims, "", errors.New("jti is missing or too long")
	}
	return claims, keyID, claims.timely(a.Clock.Now().Unix())
}

// assertionAlgs returns the one that the client has registered, or all that it may sign with.
func assertionAlgs(c storage.Client) []string {
	if c.AssertionAlg != "" {
		return []string{c.AssertionAlg}
	}
	return oauth.AcceptedAlgorithms(c)
}

// isString implements FAPI 2.0 section 5.3.2.1: no list, also not of one.
func isString(payload []byte) bool {
	var claims struct {
		Audience string `json:"aud"`
	}
	return keys.Unmarshal(payload, &claims) == nil
}

func (c assertionClaims) timely(now int64) error {
	const slack, life = int64(Skew / time.Second), int64(assertionLife / time.Second)
	switch {
	case c.ExpiresAt == nil || *c.ExpiresAt <= now-slack:
		return errors.New("exp is missing or over")
	case *c.ExpiresAt > now+life+slack:
		return errors.New("exp is too far ahead")
	case c.NotBefore != nil && (*c.NotBefore > now+slack || *c.NotBefore < 0):
		return errors.New("nbf is ahead")
	case c.IssuedAt != nil && (*c.IssuedAt > now+slack || *c.IssuedAt < 0):
		return errors.New("iat is ahead")
	}
	return nil
}
