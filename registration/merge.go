package registration

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/i18n"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// sharedID begins the id of the row that marks a client as shared.
const sharedID = "shared_"

const (
	mergeTries = 5
	mergePause = 20 * time.Millisecond
)

// createPublic registers a public client, whose id is all it has: what registers itself with the same
// words gets the same id, as with a metadata document. Agents register anew whenever they have
// forgotten, so this is what keeps their number bounded.
//
// From the second one on the client is nobody's: whoever could still change it could change it for
// the others. The one token there is for that is given up first, by removing it, which succeeds once
// only; update does the same before it changes anything. So a client that is being changed is never
// shared, and a shared one never changed.
func (e *Endpoint) createPublic(ctx context.Context, c storage.Client) (made, error) {
	id := derivedID(c)
	for range mergeTries {
		known, err := e.Store.Client(ctx, id)
		switch {
		case isGone(err):
			if m, err := e.insert(ctx, c, id); !errors.Is(err, storage.ErrExists) {
				return m, err
			}
		case err != nil:
			return made{}, err
		case !known.DisabledAt.IsZero():
			return made{}, &web.Error{Status: http.StatusForbidden, Code: "access_denied", Message: i18n.Verbatim("This client is disabled.")}
		case !sameClient(known, c):
			return e.insert(ctx, c, storage.NewID(Prefix)) // it has been changed since
		default:
			if shared, err := e.share(ctx, known); shared || err != nil {
				return made{Client: known}, err
			}
		}
		if err := pause(ctx, mergePause); err != nil {
			return made{}, err
		}
	}
	return e.insert(ctx, c, storage.NewID(Prefix))
}

// share makes sure that nobody can change the client any more. It did not succeed when somebody is
// about to.
func (e *Endpoint) share(ctx context.Context, c storage.Client) (bool, error) {
	if slices.ContainsFunc(c.Secrets, func(s storage.ClientSecret) bool { return strings.HasPrefix(s.ID, sharedID) }) {
		return true, nil
	}
	i := slices.IndexFunc(c.Secrets, isManageToken)
	if i < 0 {
		return false, nil
	}
	if err := e.Store.RevokeClientSecret(ctx, c.ID, c.Secrets[i].ID); err != nil {
		return false, notGone(err)
	}
	mark := storage.ClientSecret{ID: sharedID + c.ID, ClientID: c.ID, Digest: make([]byte, sha256.Size), CreatedAt: e.Clock.Now()}
	err := e.Store.AddClientSecret(ctx, mark)
	return err == nil, notGone(err)
}

// notGone: what is gone by now is no failure, it is only not there to be shared.
func notGone(err error) error {
	if isGone(err) {
		return nil
	}
	return err
}

// derivedID is the digest of all that makes a client what it is.
func derivedID(c storage.Client) string {
	text, _ := json.Marshal(struct {
		Name     string
		Metadata storage.ClientMetadata
	}{c.Name, c.ClientMetadata})
	sum := sha256.Sum256(text)
	return Prefix + base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:])[:26]
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
