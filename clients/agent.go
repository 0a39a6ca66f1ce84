// Package clients keeps the software that is registered here: service accounts for agents, which get
// tokens as themselves, and apps, which people sign in to. Both are storage.Client records and pass
// the same validator, whichever door (command line, file, registration) they come through.
//
//	agent.go     service accounts of agents
//	app.go       apps
//	registry.go  what both share: list, show, update, disable, enable, delete
//	secret.go    several live secrets for each; lastused.go when each was last used
//	validate.go  the one validator; keys.go, uri.go, links.go, name.go, scope.go, openid.go its parts
//	field.go     a row of the table of metadata; fields*.go its rows, members.go and schema.go what follows
//	face.go      when a client has become another one to people
package clients

import (
	"context"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage"
)

// Agents keeps the service accounts of agents.
type Agents struct{ Registry }

// NewAgents returns the service accounts in store. Events go to recorder.
func NewAgents(store Store, recorder Recorder) *Agents {
	return &Agents{Registry{kind: storage.KindAgent, store: store, audit: recorder}}
}

// Agent is what its owner chooses of a new service account. Without Audiences its tokens are for the
// deployment itself; the first of them is its default.
type Agent struct {
	Name string
	storage.ClientMetadata
	SecretExpiresAt time.Time // zero: the first secret does not expire
}

// Create registers a service account with its first secret, unless it has keys of its own. It has
// the grant client_credentials and no other.
func (s *Agents) Create(ctx context.Context, by audit.Actor, a Agent) (Issued, error) {
	a.GrantTypes = []string{GrantClientCredentials}
	return s.create(ctx, by, storage.NewID(storage.AgentPrefix), a.Name, a.SecretExpiresAt, a.ClientMetadata)
}
