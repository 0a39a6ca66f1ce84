package registration

import (
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/i18n"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

const (
	manageIDPrefix = "rat_" // ids of the client's secrets that are registration access tokens
	managePrefix   = "symbolon_rat_"
)

// newManageToken returns a registration access token and what is kept of it. It is kept among the
// client's secrets but with another hash than theirs, so that it never counts as one of them.
func newManageToken(clientID string, now time.Time) (storage.ClientSecret, string) {
	bearer := storage.NewBearer(managePrefix)
	return storage.ClientSecret{
		ID: storage.NewID(manageIDPrefix), ClientID: clientID, Digest: manageDigest(bearer), CreatedAt: now,
	}, bearer
}

func manageDigest(bearer string) []byte {
	sum := sha512.Sum512_256([]byte(bearer))
	return sum[:]
}

func isManageToken(s storage.ClientSecret) bool { return strings.HasPrefix(s.ID, manageIDPrefix) }

// manageTokenOf finds the row of the registration access token that bearer is.
func manageTokenOf(c storage.Client, bearer string) (token storage.ClientSecret, ok bool) {
	digest := manageDigest(bearer)
	for _, s := range c.Secrets {
		if isManageToken(s) && subtle.ConstantTimeCompare(digest, s.Digest) == 1 {
			token, ok = s, true
		}
	}
	return token, ok
}

// bearerOf reads the one place where a token may be: never the URL (RFC 6750 section 5.3).
func bearerOf(r *http.Request) string {
	values := r.Header.Values("Authorization")
	if len(values) != 1 {
		return ""
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return token
}

// unauthorized is the same for no token, a wrong one, and a client that does not exist. It is counted
// and, as often as the count allows, reported as the event that did not happen.
func (e *Endpoint) unauthorized(w http.ResponseWriter, r *http.Request, event string) error {
	ctx := r.Context()
	if err := e.Limiter.Allow(ctx, "registration-token:"+web.Network(web.ClientIP(ctx)), guessLimit); err != nil {
		return err
	}
	refusal := audit.Event{Type: event, Outcome: audit.Refused, Reason: "invalid_token", Method: via}
	if id := r.PathValue("id"); strings.HasPrefix(id, Prefix) && len(id) <= len(derivedID(storage.Client{})) {
		refusal.ClientID = id
	}
	if err := e.Audit.Record(ctx, refusal); err != nil {
		return err
	}
	w.Header().Set("WWW-Authenticate", `Bearer realm="registration", error="invalid_token"`)
	return &web.Error{Status: http.StatusUnauthorized, Code: "invalid_token", Message: i18n.Verbatim("The access token is missing or not valid for this client.")}
}

// InitialTokens are the SHA-256 digests of the tokens that registering needs, when it needs one.
type InitialTokens [][]byte

// ParseInitialTokens reads digests as sha256sum prints them.
func ParseInitialTokens(hexDigests []string) (InitialTokens, error) {
	var tokens InitialTokens
	for _, text := range hexDigests {
		digest, err := hex.DecodeString(text)
		if err != nil || len(digest) != sha256.Size {
			return nil, fmt.Errorf("initial access token: %.8q… is not a SHA-256 digest in hexadecimal", text)
		}
		tokens = append(tokens, digest)
	}
	return tokens, nil
}

// accepts returns the digest bearer has, if it is one of the tokens.
func (t InitialTokens) accepts(bearer string) (digest []byte, ok bool) {
	digest = storage.Digest(bearer)
	for _, known := range t {
		ok = subtle.ConstantTimeCompare(digest, known) == 1 || ok
	}
	return digest, ok && bearer != ""
}
