package keys

import (
	"slices"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

func TestStateFollowsFromTimes(t *testing.T) {
	start := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	at := func(minutes int) time.Time { return start.Add(time.Duration(minutes) * time.Minute) }
	later, never := unscheduled(), time.Time{}
	row := func(serial int64, signsFrom, revokedAt time.Time) storage.SigningKey {
		return storage.SigningKey{Alg: ES256, Serial: serial, CreatedAt: start, SignsFrom: signsFrom, RevokedAt: revokedAt}
	}
	now, overlap := at(100), 30*time.Minute

	for _, test := range []struct {
		name string
		rows []storage.SigningKey
		want []State // by serial
	}{
		{"first start", []storage.SigningKey{row(1, at(100), never), row(2, later, never)},
			[]State{Signing, Next}},
		{"rotation under way", []storage.SigningKey{row(1, at(0), never), row(2, at(101), never), row(3, later, never)},
			[]State{Signing, Next, Next}},
		{"just rotated", []storage.SigningKey{row(1, at(0), never), row(2, at(100), never), row(3, later, never)},
			[]State{Retiring, Signing, Next}},
		{"last minute of a retiring key", []storage.SigningKey{row(1, at(0), never), row(2, at(71), never), row(3, later, never)},
			[]State{Retiring, Signing, Next}},
		{"overlap has passed", []storage.SigningKey{row(1, at(0), never), row(2, at(70), never), row(3, later, never)},
			[]State{Gone, Signing, Next}},
		{"each retires with its own successor", []storage.SigningKey{row(1, at(0), never), row(2, at(60), never), row(3, at(90), never)},
			[]State{Gone, Retiring, Signing}},
		{"revoked: the next stands in", []storage.SigningKey{row(1, at(0), at(99)), row(2, later, never), row(3, later, never)},
			[]State{Revoked, Signing, Next}},
		{"revoked: the scheduled one stands in", []storage.SigningKey{row(1, at(0), at(99)), row(2, later, never), row(3, at(110), never)},
			[]State{Revoked, Next, Signing}},
		{"revoked: no retired key comes back", []storage.SigningKey{row(1, at(0), never), row(2, at(90), at(99)), row(3, later, never)},
			[]State{Retiring, Revoked, Signing}},
		{"revoked: no gone key comes back", []storage.SigningKey{row(1, at(0), never), row(2, at(50), at(99))},
			[]State{Gone, Revoked}},
		{"revoked before its time: no successor", []storage.SigningKey{row(1, at(0), never), row(2, at(95), at(94)), row(3, later, never)},
			[]State{Signing, Revoked, Next}},
		{"revoked unscheduled", []storage.SigningKey{row(1, at(0), never), row(2, later, at(94)), row(3, later, never)},
			[]State{Signing, Revoked, Next}},
		{"the maker's clock is ahead", []storage.SigningKey{row(1, at(101), never), row(2, later, never)},
			[]State{Signing, Next}},
		{"two from the same moment", []storage.SigningKey{row(1, at(90), never), row(2, at(90), never)},
			[]State{Retiring, Signing}},
	} {
		for _, rows := range [][]storage.SigningKey{test.rows, reversed(test.rows)} {
			infos := lifecycle(rows, now, overlap)
			slices.SortFunc(infos, func(a, b KeyInfo) int { return int(a.Serial - b.Serial) })
			var got []State
			for _, info := range infos {
				got = append(got, info.State)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("%s: %v, want %v", test.name, got, test.want)
			}
		}
	}
}

func reversed(rows []storage.SigningKey) []storage.SigningKey {
	rows = slices.Clone(rows)
	slices.Reverse(rows)
	return rows
}
