package logintest

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// EnrolApp gives user a confirmed authenticator app and returns its key. The clock moves past the
// step that confirmed it.
func (d *Deployment) EnrolApp(user string) (key string) {
	d.t.Helper()
	who := storage.User{ID: user, Email: user + "@example.com"}
	key, _, err := d.Enrolment.Propose(d.t.Context(), who)
	if err != nil {
		d.t.Fatal(err)
	}
	if ok, err := d.Enrolment.Confirm(d.t.Context(), who, d.Code(key, 0)); err != nil || !ok {
		d.t.Fatalf("confirm: %v, %v", ok, err)
	}
	d.Clock.Add(time.Minute)
	return key
}

// AddPasskey enrols one for user.
func (d *Deployment) AddPasskey(user string) {
	d.t.Helper()
	p := storage.Passkey{ID: storage.NewID(""), UserID: user, CredentialID: []byte(storage.NewID("")), CreatedAt: d.Clock.Now()}
	if err := d.DB.AddPasskey(d.t.Context(), p, storage.Spent{}); err != nil {
		d.t.Fatal(err)
	}
}

// RecoveryCodes gives user ten.
func (d *Deployment) RecoveryCodes(user string) []string {
	d.t.Helper()
	codes, err := d.Codes.Renew(d.t.Context(), user)
	if err != nil {
		d.t.Fatal(err)
	}
	return codes
}

// Code returns what the app with this key shows, so many steps from now (RFC 6238, RFC 4226 section 5.3).
func (d *Deployment) Code(key string, steps int64) string {
	d.t.Helper()
	seed, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(key)
	if err != nil {
		d.t.Fatal(err)
	}
	mac := hmac.New(sha1.New, seed)
	if err := binary.Write(mac, binary.BigEndian, d.Clock.Now().Unix()/30+steps); err != nil {
		d.t.Fatal(err)
	}
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 15
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[offset:])&0x7fffffff%1_000_000)
}

// Session returns the one session the user has.
func (d *Deployment) Session(user string) storage.Session {
	d.t.Helper()
	all, err := d.DB.UserSessions(d.t.Context(), user)
	if err != nil || len(all) != 1 {
		d.t.Fatalf("%s has %d sessions, %v", user, len(all), err)
	}
	return all[0]
}
