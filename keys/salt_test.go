package keys

import (
	"bytes"
	"errors"
	"sync"
	"testing"

	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

var _ SaltStore = (*durable.DB)(nil)

// salts runs test on every kind of database.
func salts(t *testing.T, test func(t *testing.T, db *durable.DB)) {
	storagetest.Databases(t, func(t *testing.T, open func(*testing.T) *durable.DB) { test(t, open(t)) })
}

func loadSalt(t *testing.T, db SaltStore, sealer *Sealer) []byte {
	t.Helper()
	salt, err := LoadSalt(t.Context(), db, sealer, "pairwise")
	if err != nil {
		t.Fatal(err)
	}
	return salt
}

func TestSaltOfAnUnknownSecretIsRefusedAndKept(t *testing.T) {
	salts(t, func(t *testing.T, db *durable.DB) {
		sealer := newSealer(t)
		first := loadSalt(t, db, sealer)
		if _, err := LoadSalt(t.Context(), db, newSealer(t), "pairwise"); !errors.Is(err, ErrSealed) {
			t.Fatal(err)
		}
		if !bytes.Equal(loadSalt(t, db, sealer), first) {
			t.Error("it was replaced")
		}
	})
}

func TestSaltOutlivesTheSecretItWasSealedUnder(t *testing.T) {
	salts(t, func(t *testing.T, db *durable.DB) {
		old, next := newSecret(), newSecret()
		first := loadSalt(t, db, newSealer(t, old))
		both := loadSalt(t, db, newSealer(t, next, old))
		without := loadSalt(t, db, newSealer(t, next))
		if !bytes.Equal(first, both) || !bytes.Equal(first, without) {
			t.Errorf("%x, %x, %x", first, both, without)
		}
	})
}

func TestNodesThatStartAtOnceShareOneSalt(t *testing.T) {
	salts(t, func(t *testing.T, db *durable.DB) {
		sealer := newSealer(t)
		var starting sync.WaitGroup
		loaded := make([][]byte, 32)
		for i := range loaded {
			starting.Go(func() {
				salt, err := LoadSalt(t.Context(), db, sealer, "pairwise")
				if err != nil {
					t.Error(err)
				}
				loaded[i] = salt
			})
		}
		starting.Wait()
		for _, salt := range loaded {
			if len(salt) != saltBytes || !bytes.Equal(salt, loaded[0]) || bytes.Equal(salt, make([]byte, saltBytes)) {
				t.Fatalf("%x, %x", loaded[0], salt)
			}
		}
	})
}
