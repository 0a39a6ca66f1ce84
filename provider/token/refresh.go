package token

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/storage"
)

// A refresh token is symbolon_rt_<grant>.<generation>.<MAC>, the MAC keyed by the grant's sealed
// seed. Nothing is stored per token: the grant row knows the one generation that is live, and the
// server can make the same successor twice. Redeeming one checks, in order: the MAC, the client, the
// scope, the resource, that the grant is alive, the generation.
//
// A retry of the previous generation within RefreshRetry gets the same successor again, as long as
// that has not been used: a lost response, a double tap and a race of two nodes are safe, and there
// is never a second branch. Anything older is reuse and ends the family (RFC 9700 section 4.14.2).

// A public client that brings a DPoP proof or a certificate with its code gets refresh tokens bound to
// that: the thumbprint is in the token before the MAC, and under it (RFC 9449 section 5, RFC 8705
// section 4). Those of other clients are bound to their authentication already.

// SeedPurpose returns what the seed of a grant is sealed for.
func SeedPurpose(grantID string) string { return "refresh seed " + grantID }

// RefreshTokens opens refresh tokens.
type RefreshTokens struct {
	Sealer interface {
		Open(purpose string, sealed []byte) ([]byte, error)
	}
	Behind func(context.Context) (bool, error) // whether other nodes seal under a secret that this one does not have
	Grants interface {
		Grant(ctx context.Context, id string) (storage.GrantState, error)
	}
}

// Seed opens what the refresh tokens of a grant are derived from. Sealed under a secret that has been
// dropped it is lost, and storage.ErrNotFound; under one that this node does not have yet, other
// nodes can open it, and it is storage.ErrUnavailable.
func (r *RefreshTokens) Seed(ctx context.Context, g storage.Grant) ([]byte, error) {
	seed, err := r.Sealer.Open(SeedPurpose(g.ID), g.Seed)
	if !errors.Is(err, keys.ErrSealed) {
		return seed, err
	}
	meaning := storage.ErrNotFound
	if behind, err := r.Behind(ctx); err != nil {
		return nil, err
	} else if behind {
		meaning = storage.ErrUnavailable
	}
	return nil, fmt.Errorf("open seed of grant %s: %w: %w", g.ID, meaning, err)
}

// RefreshToken derives the token of one generation, bound to the key jkt unless that is empty.
func RefreshToken(seed []byte, grantID string, generation int64, jkt string) string {
	mac := hmac.New(sha256.New, seed)
	mac.Write([]byte("symbolon refresh token v1"))
	_ = binary.Write(mac, binary.BigEndian, generation)
	mac.Write([]byte(jkt))
	if jkt != "" {
		jkt += "."
	}
	return storage.RefreshPrefix + grantID + "." + strconv.FormatInt(generation, 10) + "." + jkt +
		base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// Refresh is what a refresh token of ours represents.
type Refresh struct {
	storage.GrantState
	Seed    []byte
	Sent    int64  // of this token
	BoundTo string // the key it is bound to, "" for none
}

// Open returns what a refresh token represents, or storage.ErrNotFound when we did not make
// exactly this string. Whether it is still live is the caller's question.
func (r *RefreshTokens) Open(ctx context.Context, token string) (t Refresh, err error) {
	body, ok := strings.CutPrefix(token, storage.RefreshPrefix)
	parts := strings.Split(body, ".")
	if !ok || len(parts) < 3 || len(parts) > 4 {
		return Refresh{}, storage.ErrNotFound
	}
	t.Sent, err = strconv.ParseInt(parts[1], 10, 64)
	if err != nil || t.Sent < 1 {
		return Refresh{}, storage.ErrNotFound
	}
	if len(parts) == 4 {
		t.BoundTo = parts[2]
	}
	if t.GrantState, err = r.Grants.Grant(ctx, parts[0]); err != nil {
		return Refresh{}, err
	}
	if t.Seed, err = r.Seed(ctx, t.Grant); err != nil {
		return Refresh{}, err
	}
	made := RefreshToken(t.Seed, t.ID, t.Sent, t.BoundTo)
	if subtle.ConstantTimeCompare([]byte(made), []byte(token)) != 1 {
		return Refresh{}, storage.ErrNotFound
	}
	return t, nil
}

// Expired judges a refresh family's absolute and idle end.
func Expired(g storage.Grant, now time.Time) bool {
	return !now.Before(g.ExpiresAt) || !now.Before(g.IdleAt)
}
