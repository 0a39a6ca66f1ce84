package grant

import (
	"context"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/storage"
)

// Store keeps authorizations. Each transition is one conditional statement: of many callers on
// many nodes one succeeds, the others get storage.ErrSpent.
type Store interface {
	// AddGrant stores g with its unspent code and spends the request it answers, in one transaction.
	AddGrant(ctx context.Context, g storage.Grant, spend storage.Spent) error
	GrantByCode(ctx context.Context, digest []byte) (storage.GrantState, error)
	// SpendCode marks the code as used and starts the refresh family at generation 1, if the code
	// is unspent and unexpired and the grant alive.
	SpendCode(ctx context.Context, id string, at, idleAt time.Time) error
	Grant(ctx context.Context, id string) (storage.GrantState, error)
	// RotateGrant moves the family from generation to generation+1, if it is there and alive.
	RotateGrant(ctx context.Context, id string, generation int64, at, idleAt time.Time) error
	// KeepGrant lets the family live on at generation, on the same conditions.
	KeepGrant(ctx context.Context, id string, generation int64, at, idleAt time.Time) error
	RevokeGrant(ctx context.Context, id string, at time.Time, why string) error
}

// Recorder records the decisions worth remembering.
type Recorder interface {
	Record(ctx context.Context, e audit.Event) error
	RecordLater(ctx context.Context, e audit.Event)
}

// Metrics counts what is issued.
type Metrics interface {
	TokenIssued(grant, alg string)
}
