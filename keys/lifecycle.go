package keys

import (
	"cmp"
	"slices"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// State is a key's place in its life.
type State string

const (
	Next     State = "next"     // published, so that clients have it before it signs
	Signing  State = "signing"  // one per algorithm
	Retiring State = "retiring" // published until what it signed has expired
	Gone     State = "gone"     // no longer published
	Revoked  State = "revoked"  // taken out of the JWKS at once
)

// KeyInfo is what may be shown of a key.
type KeyInfo struct {
	KID       string
	Alg       string // "RS256", "ES256" …
	Serial    int64  // per algorithm, from 1
	State     State
	CreatedAt time.Time // published since
	SignsFrom time.Time // zero: not yet scheduled
	GoneAt    time.Time // when it is (or was) removed from the JWKS; zero: not known yet
}

func (k KeyInfo) published() bool {
	return k.State == Next || k.State == Signing || k.State == Retiring
}

func (k KeyInfo) scheduled() bool { return !k.SignsFrom.IsZero() }

// lifecycle places every key, algorithm by algorithm, in the order in which they sign. It depends
// on the rows and the clock alone: nodes agree without messages, and a node that
// crashed between two writes has left nothing half done.
func lifecycle(rows []storage.SigningKey, now time.Time, overlap time.Duration) []KeyInfo {
	infos := make([]KeyInfo, 0, len(rows))
	for _, alg := range algorithms() {
		line := slices.DeleteFunc(slices.Clone(rows), func(k storage.SigningKey) bool { return k.Alg != alg })
		slices.SortFunc(line, inOrderOfSigning)
		infos = append(infos, place(line, now, overlap)...)
	}
	return infos
}

func inOrderOfSigning(a, b storage.SigningKey) int {
	return cmp.Or(a.SignsFrom.Compare(b.SignsFrom), cmp.Compare(a.Serial, b.Serial))
}

// unscheduled is the SignsFrom of a stored key whose time has not been set: later than any, so that
// scheduling it is the same as making it earlier, for us and for the store.
func unscheduled() time.Time { return time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC) }

// place gives the keys of one algorithm their states. The latest that began to sign is signing; if
// it was revoked, the first of the next ones stands in at once, on every node alike; where none has
// signed yet, the first of an algorithm that is not standard waits for its time.
func place(line []storage.SigningKey, now time.Time, overlap time.Duration) []KeyInfo {
	infos := make([]KeyInfo, len(line))
	standIn, successor := -1, -1
	for i, k := range slices.Backward(line) {
		infos[i] = KeyInfo{KID: k.KID, Alg: k.Alg, Serial: k.Serial, CreatedAt: k.CreatedAt}
		if k.SignsFrom.Before(unscheduled()) {
			infos[i].SignsFrom = k.SignsFrom
		}
		switch {
		case !k.RevokedAt.IsZero():
			infos[i].State, infos[i].GoneAt = Revoked, k.RevokedAt
		case !began(k, now):
			infos[i].State, standIn = Next, i
		case successor < 0:
			infos[i].State, standIn = Signing, -1
		default:
			infos[i].State, infos[i].GoneAt = Retiring, line[successor].SignsFrom.Add(overlap)
			if !now.Before(infos[i].GoneAt) {
				infos[i].State = Gone
			}
		}
		if began(k, now) {
			successor = i
		}
	}
	if standIn >= 0 && (slices.Contains(standard(), infos[standIn].Alg) || slices.ContainsFunc(infos, func(k KeyInfo) bool { return k.State != Next })) {
		infos[standIn].State = Signing
	}
	return infos
}

// began reports whether the key signs or has signed. One revoked before its time never did, and takes no
// part in the succession.
func began(k storage.SigningKey, now time.Time) bool {
	if k.SignsFrom.After(now) {
		return false
	}
	return k.RevokedAt.IsZero() || !k.RevokedAt.Before(k.SignsFrom)
}
