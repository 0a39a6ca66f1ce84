package keys

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

const saltBytes = 32

// SaltStore keeps salts for all nodes.
type SaltStore interface {
	// Salt answers storage.ErrNotFound when there is none of this name.
	Salt(ctx context.Context, name string) (sealed []byte, err error)
	// AddSalt answers storage.ErrExists when there is one: of many callers one gets nil.
	AddSalt(ctx context.Context, name string, sealed []byte, at time.Time) error
	// ResealSalt replaces before by after, if before is what is kept.
	ResealSalt(ctx context.Context, name string, before, after []byte) error
}

// LoadSalt returns the secret random value of this name, which is made once and is the same on every
// node from then on. It outlives the secret that it is sealed under: the node that loads it moves it
// to the newest one.
func LoadSalt(ctx context.Context, store SaltStore, sealer *Sealer, name string) ([]byte, error) {
	sealed, err := store.Salt(ctx, name)
	if errors.Is(err, storage.ErrNotFound) {
		sealed, err = addSalt(ctx, store, sealer, name)
	}
	if err != nil {
		return nil, err
	}
	salt, err := sealer.Open(saltPurpose(name), sealed)
	if err != nil {
		return nil, fmt.Errorf("salt %q: %w; give the secret that sealed it, behind the new one", name, err)
	}
	if sealer.Current(sealed) {
		return salt, nil
	}
	return salt, store.ResealSalt(ctx, name, sealed, sealer.Seal(saltPurpose(name), salt))
}

// BehindOnSecrets reports whether the salt of this name has been moved to a secret that sealer does not
// have: another node has been given a newer one.
func BehindOnSecrets(ctx context.Context, store SaltStore, sealer *Sealer, name string) (bool, error) {
	sealed, err := store.Salt(ctx, name)
	if err != nil {
		return false, err
	}
	_, err = sealer.Open(saltPurpose(name), sealed)
	return errors.Is(err, ErrSealed), nil
}

// addSalt returns what is kept in the end: this node's, or that of a faster one.
func addSalt(ctx context.Context, store SaltStore, sealer *Sealer, name string) ([]byte, error) {
	salt := make([]byte, saltBytes)
	rand.Read(salt)
	err := store.AddSalt(ctx, name, sealer.Seal(saltPurpose(name), salt), time.Now())
	if err != nil && !errors.Is(err, storage.ErrExists) {
		return nil, err
	}
	return store.Salt(ctx, name)
}

func saltPurpose(name string) string { return "salt " + name }
