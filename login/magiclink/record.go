package magiclink

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"

	"github.com/symbolon-id/symbolon/mail"
	"github.com/symbolon-id/symbolon/storage"
)

// life is how long a mail can be used.
const life = 10 * time.Minute

const tokenPrefix = "symbolon_ml_"

// tokenLength is that of storage.NewBearer(tokenPrefix): nothing else is looked up.
const tokenLength = len(tokenPrefix) + 52

// codeFor distinguishes the codes of these mails from those of others.
const codeFor = "sign-in code"

// record is one mail that may sign in. It is stored as JSON under the digest of the link's token: a
// field may be added, never renamed.
type record struct {
	mail.Challenge
	Email     string `json:"email"`
	Handle    string `json:"handle,omitempty"`
	App       string `json:"app,omitempty"`
	AskedWith string `json:"asked_with"` // "Firefox on Linux"
	Network   string `json:"network"`
	Used      bool   `json:"used,omitempty"`      // only the way back of its user is still known
	LinkOver  bool   `json:"link_over,omitempty"` // only the code works
}

// mails keeps what may sign in.
type mails struct {
	kept storage.Kept[record]
	now  func() time.Time
}

func (m *Method) mails() mails {
	return mails{storage.Kept[record]{Store: m.Ephemeral, Prefix: "mail-link:"}, m.now}
}

// keep stores rec for its life, as the only one that this browser asked for to its address, and the
// one it waits for.
func (m mails) keep(ctx context.Context, rec record, browser string) error {
	if err := m.write(ctx, rec); err != nil {
		return err
	}
	for _, pointer := range []string{latestKey(rec), askedKey(browser, rec.Handle)} {
		if err := m.kept.Store.Put(ctx, pointer, []byte(rec.ID), life); err != nil {
			return fmt.Errorf("point at mail attempt: %w", err)
		}
	}
	return nil
}

func (m mails) write(ctx context.Context, rec record) error {
	return m.kept.Put(ctx, rec.ID, rec, life)
}

// find returns the record of this id, or storage.ErrNotFound when there is none, it was used, has
// expired, or the browser that asked for it has asked for a newer one.
func (m mails) find(ctx context.Context, id string) (record, error) {
	rec, err := m.read(ctx, id)
	if err != nil {
		return record{}, err
	}
	latest, err := m.kept.Store.Get(ctx, latestKey(rec))
	if err != nil {
		return record{}, fmt.Errorf("find mail attempt: %w", err)
	}
	if rec.Used || string(latest) != id || rec.Expired(m.now()) {
		return record{}, storage.ErrNotFound
	}
	return rec, nil
}

func (m mails) read(ctx context.Context, id string) (record, error) {
	rec, err := m.kept.Get(ctx, id)
	rec.ID = id
	return rec, err
}

// byToken finds the record of the link in the request's path.
func (m mails) byToken(r *http.Request) (record, error) {
	return m.ofLink(r, m.find)
}

// usedHere finds the record of a link that was used in the browser of r.
func (m mails) usedHere(r *http.Request, browser string) (record, error) {
	rec, err := m.ofLink(r, m.read)
	if err == nil && (!rec.Used || !rec.BoundTo(browser)) {
		return record{}, storage.ErrNotFound
	}
	return rec, err
}

func (m mails) ofLink(r *http.Request, find func(context.Context, string) (record, error)) (record, error) {
	token := r.PathValue("token")
	if len(token) != tokenLength {
		return record{}, storage.ErrNotFound
	}
	return find(r.Context(), mail.ChallengeID(token))
}

// waited finds the record whose code this browser waits for.
func (m mails) waited(ctx context.Context, browser, handle string) (record, error) {
	if browser == "" {
		return record{}, storage.ErrNotFound
	}
	id, err := m.kept.Store.Get(ctx, askedKey(browser, handle))
	if err != nil {
		return record{}, fmt.Errorf("find mail attempt: %w", err)
	}
	rec, err := m.find(ctx, string(id))
	if err == nil && !rec.BoundTo(browser) {
		return record{}, storage.ErrNotFound
	}
	return rec, err
}

// use makes rec's link and code dead. It is tidiness: what counts is spent durably. What stays leads
// the browser that used it back to where it was going, and reveals nothing to a reader of the store.
func (m mails) use(ctx context.Context, rec record) error {
	return m.write(ctx, record{
		Used: true, Challenge: mail.Challenge{ID: rec.ID, Binding: rec.Binding}, Handle: rec.Handle,
	})
}

// endLink keeps only rec's code.
func (m mails) endLink(ctx context.Context, rec record) error {
	rec.LinkOver = true
	return m.write(ctx, rec)
}

// void forgets rec; its link and code are dead.
func (m mails) void(ctx context.Context, rec record) error {
	_, err := m.kept.Take(ctx, rec.ID)
	return err
}

// latestKey is of the browser as well: what strangers ask for voids nothing of its owner's.
func latestKey(rec record) string {
	return "mail-latest:" + hex.EncodeToString(rec.Browser) + addressID(rec.Email)
}

func askedKey(browser, handle string) string {
	return "mail-asked:" + storage.KeyOf(browser, handle)
}

// addressID returns what replaces an address in keys: no address is kept in the clear.
func addressID(email string) string {
	return storage.KeyOf(storage.EmailKey(email))
}
