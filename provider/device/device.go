package device

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/clock"
	"github.com/symbolon-id/symbolon/details"
	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/provider/clientauth"
	"github.com/symbolon-id/symbolon/provider/grant"
	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/provider/permitted"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// Device authorization (RFC 8628): a device without a browser shows a short code, its person types it
// at /device on another one and allows it there (page.go), and the device, which keeps asking,
// gets its tokens (grant/devicegrant.go).
//
// What is pending may be lost: the user starts again. To allow it makes a grant whose code is the
// device code; that and to deny it spend the same single use, so there is one answer, and the code is
// redeemed once, on any node, like every other.

const (
	deviceLife = 10 * time.Minute
	devicePoll = 5 * time.Second
)

// devices bounds how many codes one client can have made.
var devices = web.Limit{Events: 60, Per: time.Minute}

// device is one pending authorization.
type device struct {
	ID        string   `json:"id"` // its single use: allowed or denied
	Digest    []byte   `json:"digest"`
	UserCode  string   `json:"user_code"`
	ClientID  string   `json:"client_id"`
	Scopes    []string `json:"scopes"`
	NoScope   bool     `json:"no_scope,omitempty"`
	Resources []string `json:"resources,omitempty"`
	JKT       string   `json:"jkt,omitempty"`

	Details json.RawMessage `json:"authorization_details,omitempty"`

	Network   string    `json:"network"` // it asks from there
	ExpiresAt time.Time `json:"expires_at"`
	Denied    bool      `json:"denied,omitempty"`
}

// deviceResponse is RFC 8628 section 3.2.
type deviceResponse struct {
	DeviceCode string `json:"device_code"`
	UserCode   string `json:"user_code"`
	URI        string `json:"verification_uri"`
	Complete   string `json:"verification_uri_complete"`
	ExpiresIn  int64  `json:"expires_in"` // seconds
	Interval   int64  `json:"interval"`   // seconds
}

// Store keeps pending authorizations.
type Store struct {
	oauth.Place
	Ephemeral storage.Ephemeral
	Limiter   *web.Limiter
	Clock     clock.Clock
}

// Flow answers the device and its person.
type Flow struct {
	oauth.Place
	Auth     *clientauth.Authenticator
	Proofs   *clientauth.Proofs
	Devices  *Store
	Types    *details.Types
	Sessions *session.Sessions
	Requests *interaction.Store
	SignIn   interface {
		Next(ctx context.Context, q *interaction.Request, s *session.Session) (page string, err error)
	}
	Pages   *templates.Pages
	Limiter *web.Limiter
	Audit   interface {
		Record(ctx context.Context, e audit.Event) error
	}
	Grant   *grant.Issuer
	Clients interface {
		Spend(ctx context.Context, s storage.Spent) error
	}
	Connected func(ctx context.Context, s *session.Session, app string, scopes []string)
	Clock     clock.Clock
}

// Authorize answers POST /device_authorization.
func (f *Flow) Authorize(w http.ResponseWriter, r *http.Request) error {
	form, fault := oauth.ReadForm(r)
	if fault != nil {
		return fault
	}
	response, err := f.newDevice(w, r, form)
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusOK, response)
}

func (f *Flow) newDevice(w http.ResponseWriter, r *http.Request, form oauth.Params) (*deviceResponse, error) {
	ctx := r.Context()
	proof, fault := f.Proofs.ReadProof(w, r, "/device_authorization", "")
	if fault != nil {
		return nil, fault
	}
	c, err := f.Auth.Authenticate(ctx, r, form)
	if err != nil {
		return nil, err
	}
	web.Annotate(ctx, oauth.ClientAttr(c.ID))
	if !slices.Contains(c.GrantTypes, grant.DeviceType) {
		return nil, permitted.UnregisteredGrant(grant.DeviceType, c)
	}
	if err := oauth.AllowOften(ctx, f.Limiter, "device:", c, devices); err != nil {
		return nil, err
	}
	d := device{ID: storage.NewID(""), ClientID: c.ID, NoScope: form.Get("scope") == "", Network: web.Network(web.ClientIP(ctx)), ExpiresAt: f.Clock.Now().Add(deviceLife)}
	if d.Scopes, err = permitted.Scopes(url.Values(form), c); err != nil {
		return nil, err
	}
	if d.Details, err = permitted.Details(f.Types, url.Values(form), c); err != nil {
		return nil, err
	}
	if d.Resources, err = permitted.MatchResources(form["resource"], permitted.ResourcesFor(f.Place, c.Audiences, d.Scopes), c); err != nil {
		return nil, err
	}
	if err := f.Proofs.SpendProof(ctx, proof); err != nil {
		return nil, err
	}
	if proof != nil {
		d.JKT = proof.JKT
	}
	return f.Devices.keep(ctx, d)
}

func (s *Store) keep(ctx context.Context, d device) (*deviceResponse, error) {
	code := storage.NewBearer(grant.DevicePrefix)
	d.Digest, d.UserCode = storage.Digest(code), newUserCode()
	if err := s.update(ctx, d); err != nil {
		return nil, err
	}
	if err := s.Ephemeral.Put(ctx, userCodeKey(d.UserCode), d.Digest, deviceLife); err != nil {
		return nil, err
	}
	shown := shownUserCode(d.UserCode)
	return &deviceResponse{
		DeviceCode: code, UserCode: shown,
		URI: s.URL("/device"), Complete: s.URL("/device?user_code=" + shown),
		ExpiresIn: int64(deviceLife / time.Second), Interval: int64(devicePoll / time.Second),
	}, nil
}

// update keeps what is pending under the digest of its device code.
func (s *Store) update(ctx context.Context, d device) error {
	return s.kept().Put(ctx, deviceKey(d.Digest), d, d.ExpiresAt.Sub(s.Clock.Now()))
}

func deviceKey(digest []byte) string { return hex.EncodeToString(digest) }

func (s *Store) kept() storage.Kept[device] {
	return storage.Kept[device]{Store: s.Ephemeral, Prefix: "device:"}
}

// pending returns what is pending under a device code's digest, or storage.ErrNotFound.
func (s *Store) pending(ctx context.Context, digest []byte) (device, error) {
	d, err := s.kept().Get(ctx, deviceKey(digest))
	if err == nil && !s.Clock.Now().Before(d.ExpiresAt) {
		return device{}, storage.ErrNotFound
	}
	return d, err
}

// deviceDigest names the pending authorization that a parked request is about; nil for any other.
func deviceDigest(form url.Values) []byte {
	digest, err := hex.DecodeString(form.Get("device_digest")) // no parameter: only we put it there
	if err != nil || len(digest) == 0 {
		return nil
	}
	return digest
}
