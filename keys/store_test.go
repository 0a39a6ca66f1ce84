package keys

import (
	"testing"

	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

var _ Store = (*durable.DB)(nil)

// store is what these tests do with a database besides.
type store interface {
	Store
	Stats() durable.Stats
}

// databases runs test on SQLite and on PostgreSQL.
func databases(t *testing.T, test func(t *testing.T, open func(*testing.T) store)) {
	storagetest.Databases(t, func(t *testing.T, open func(*testing.T) *durable.DB) {
		test(t, func(t *testing.T) store { return open(t) })
	})
}

func newFuzzRing(t testing.TB) *Ring  { return newCluster(t, storagetest.SQLite(t)).node(t) }
func newBenchRing(t testing.TB) *Ring { return newCluster(t, storagetest.SQLite(t)).node(t) }
