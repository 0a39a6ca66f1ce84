// Package agents keeps the software that is registered here: service accounts for agents, which get
// tokens as themselves, and apps, which people sign in to. Both are storage.Client records and pass
// the same validator, whichever door (command line, file, registration) they come through.
//
//	agents.go    service accounts
//	app.go       apps
//	registry.go  what both share: list, show, update, disable, enable, delete
//	secret.go    several live secrets for each; lastused.go when each was last used
//	validate.go  the one validator; uri.go, links.go, name.go, scope.go, openid.go its parts
//	face.go      when a client has become another one to people
package agents

import (
	"context"
	"encoding/json"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// Service keeps service accounts.
type Service struct{ Registry }

// New returns the service accounts in store. Events go to recorder; via says through which door the
// changes come ("cli").
func New(store Store, recorder Recorder, via string) *Service {
	return &Service{Registry{kind: storage.KindAgent, store: store, audit: recorder, via: via, now: time.Now}}
}

// Agent is what its owner chooses of a new service account.
type Agent struct {
	Name            string
	Scopes          []string      // all it may ever be granted
	Audiences       []string      // resources it may name; the first is its default
	AccessTokenTTL  time.Duration // 0: the deployment's default; at most MaxAccessTokenTTL
	SigningAlg      string        // empty: RS256
	SecretExpiresAt time.Time     // zero: the first secret does not expire
	AuthMethod      string        // storage.AuthPrivateKeyJWT with JWKS, or empty: a secret
	JWKS            json.RawMessage
	DPoPBound       bool // every token is bound to a key of its own (RFC 9449)
}

// Create registers a service account with its first secret, unless it has keys of its own.
func (s *Service) Create(ctx context.Context, a Agent) (Issued, error) {
	return s.create(ctx, storage.AgentPrefix, a.Name, a.SecretExpiresAt, storage.ClientMetadata{
		GrantTypes:     []string{GrantClientCredentials},
		Scopes:         a.Scopes,
		Audiences:      a.Audiences,
		SigningAlg:     a.SigningAlg,
		AccessTokenTTL: a.AccessTokenTTL,
		AuthMethod:     a.AuthMethod,
		JWKS:           a.JWKS,
		DPoPBound:      a.DPoPBound,
	})
}
