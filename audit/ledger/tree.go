package ledger

import (
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/symbolon-id/symbolon/audit"
)

// tileHeight makes tiles of 256 hashes.
const tileHeight = 8

// tileStore keeps tiles.
type tileStore interface {
	AuditTile(ctx context.Context, level, number int64) (hashes []byte, err error)
}

// tiles reads each tile of a tree once.
type tiles struct {
	store tileStore
	known map[tlog.Tile][]byte // without their widths
}

func newTiles(store tileStore) *tiles { return &tiles{store, map[tlog.Tile][]byte{}} }

func (t *tiles) read(ctx context.Context, tile tlog.Tile) ([]byte, error) {
	width := tile.W * tlog.HashSize
	tile.W = 0
	hashes, known := t.known[tile]
	if !known {
		var err error
		if hashes, err = t.store.AuditTile(ctx, int64(tile.L), tile.N); err != nil {
			return nil, err
		}
		if len(t.known) > 64 { // what is needed again is near
			clear(t.known)
		}
		t.known[tile] = hashes
	}
	if len(hashes) < width {
		return nil, fmt.Errorf("tile %d of level %d is too short", tile.N, tile.L)
	}
	return hashes[:width], nil
}

// grow returns the tiles that change when leaves are added to a tree of this size.
func grow(ctx context.Context, store tileStore, size int64, leaves []audit.Leaf) ([]audit.Tile, error) {
	fresh := map[int64]tlog.Hash{}
	hashes := hashesOf(ctx, store, fresh)
	for i, l := range leaves {
		n := size + int64(i)
		made, err := tlog.StoredHashesForRecordHash(n, tlog.RecordHash(l.Record()), hashes)
		if err != nil {
			return nil, err
		}
		first := tlog.StoredHashIndex(0, n)
		for j, h := range made {
			fresh[first+int64(j)] = h
		}
	}
	var changed []audit.Tile
	for _, tile := range tlog.NewTiles(tileHeight, size, size+int64(len(leaves))) {
		data, err := tlog.ReadTileData(tile, hashes)
		if err != nil {
			return nil, err
		}
		changed = append(changed, audit.Tile{Level: int64(tile.L), Number: tile.N, Hashes: data})
	}
	return changed, nil
}

// hashesOf reads hashes by their number: fresh ones, and those of the tiles that are stored.
func hashesOf(ctx context.Context, store tileStore, fresh map[int64]tlog.Hash) tlog.HashReader {
	stored := newTiles(store)
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		all := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			if h, isFresh := fresh[index]; isFresh {
				all[i] = h
				continue
			}
			tile := tlog.TileForIndex(tileHeight, index)
			data, err := stored.read(ctx, tile)
			if err != nil {
				return nil, err
			}
			if all[i], err = tlog.HashFromTile(tile, data, index); err != nil {
				return nil, err
			}
		}
		return all, nil
	})
}

// proven reads only hashes that the tree head vouches for.
func proven(ctx context.Context, store tileStore, h Head) tlog.HashReader {
	return tlog.TileHashReader(tlog.Tree{N: h.Size, Hash: h.Root}, provenTiles{ctx, newTiles(store)})
}

// provenTiles is tiles as tlog asks for them, for the time of one verification.
type provenTiles struct {
	ctx   context.Context
	tiles *tiles
}

func (p provenTiles) Height() int { return tileHeight }

func (p provenTiles) ReadTiles(wanted []tlog.Tile) (data [][]byte, err error) {
	for _, tile := range wanted {
		hashes, err := p.tiles.read(p.ctx, tile)
		if err != nil {
			return nil, err
		}
		data = append(data, hashes)
	}
	return data, nil
}

func (provenTiles) SaveTiles([]tlog.Tile, [][]byte) {}
