package authorize

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/provider/clientauth"
	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// A pushed authorization request (RFC 9126) waits under a name that only the client learns, and is
// looked at as often as the person needs: reloading the page, or another client's guess, does not
// burn it. It is used up together with the making of its one code.

const requestURIPrefix = "urn:ietf:params:oauth:request_uri:"

// defaultPushedTTL is how long a client may take from the push to the redirect.
const defaultPushedTTL = 90 * time.Second

// pushes bounds what one client can make us keep.
var pushes = web.Limit{Events: 1200, Per: time.Minute}

// pushedResponse is RFC 9126 section 2.2.
type pushedResponse struct {
	RequestURI string `json:"request_uri"`
	ExpiresIn  int64  `json:"expires_in"` // seconds
}

// pushedRequests keeps them until their code is made.
type pushedRequests struct {
	kept storage.Kept[oauth.Params]
	ttl  time.Duration
}

func keptIn(store storage.Ephemeral) storage.Kept[oauth.Params] {
	return storage.Kept[oauth.Params]{Store: store, Prefix: "pushed:"}
}

// Push answers POST /par.
func (e *Endpoint) Push(w http.ResponseWriter, r *http.Request) error {
	form, fault := oauth.ReadForm(r)
	if fault != nil {
		return fault
	}
	response, err := e.pushRequest(w, r, form)
	if err != nil {
		return err
	}
	return web.WriteJSON(w, http.StatusCreated, response)
}

func (e *Endpoint) pushRequest(w http.ResponseWriter, r *http.Request, form oauth.Params) (*pushedResponse, error) {
	ctx := r.Context()
	proof, fault := e.Proofs.ReadProof(w, r, "/par", "")
	if fault != nil {
		return nil, fault
	}
	c, err := e.Auth.Authenticate(ctx, r, form)
	if err != nil {
		return nil, err
	}
	web.Annotate(ctx, oauth.ClientAttr(c.ID))
	if form.Get("request_uri") != "" {
		return nil, oauth.Refuse("invalid_request", "A pushed request must not contain request_uri.")
	}
	if err := oauth.AllowOften(ctx, e.Limiter, "par:", c, pushes); err != nil {
		return nil, err
	}
	v := &validRequest{client: c, pushing: true}
	v.Request = &interaction.Request{Form: withoutCredentials(form, c.ID), CreatedAt: e.Clock.Now()}
	if err := e.identify(ctx, v); err != nil {
		return nil, err
	}
	if err := bindCode(v.Form, proof); err != nil {
		return nil, err
	}
	if err := e.validate(ctx, v); err != nil {
		return nil, err
	}
	if err := e.Proofs.SpendProof(ctx, proof); err != nil {
		return nil, err
	}
	return e.pushed.keep(ctx, v.Form)
}

// bindCode binds the code to the key of a proof that came with the push, which says the same as dpop_jkt in it (RFC 9449 section 10.1).
func bindCode(form url.Values, proof *clientauth.Proof) error {
	if proof == nil {
		return nil
	}
	if jkt := form.Get("dpop_jkt"); jkt != "" && jkt != proof.JKT {
		return clientauth.BadProof("Its key does not match dpop_jkt.")
	}
	form.Set("dpop_jkt", proof.JKT)
	return nil
}

// withoutCredentials returns the request alone: what the client proved itself with is not kept.
func withoutCredentials(form oauth.Params, clientID string) url.Values {
	kept := url.Values(maps.Clone(form))
	for _, name := range []string{"client_secret", "client_assertion", "client_assertion_type"} {
		kept.Del(name)
	}
	kept.Set("client_id", clientID)
	return kept
}

func (s *pushedRequests) keep(ctx context.Context, form url.Values) (*pushedResponse, error) {
	id := storage.NewID("")
	if err := s.kept.Put(ctx, id, oauth.Params(form), s.ttl); err != nil {
		return nil, err
	}
	return &pushedResponse{requestURIPrefix + id, int64(s.ttl / time.Second)}, nil
}

// pushedID returns the name of the pushed request in form, "" when it is not of one.
func pushedID(form url.Values) string {
	id, ok := strings.CutPrefix(form.Get("request_uri"), requestURIPrefix)
	if !ok {
		return ""
	}
	return id
}

// open returns the pushed request that form names, with its name. What else came along counts
// for nothing (RFC 9126 section 4).
func (s *pushedRequests) open(ctx context.Context, form oauth.Params) (oauth.Params, error) {
	id := pushedID(url.Values(form))
	if len(id) != len(storage.NewID("")) {
		return nil, unknownRequest()
	}
	pushed, err := s.kept.Get(ctx, id)
	if errors.Is(err, storage.ErrNotFound) {
		return nil, unknownRequest()
	}
	if err != nil {
		return nil, err
	}
	if pushed.Get("client_id") != form.Get("client_id") {
		return nil, unknownRequest()
	}
	pushed["request_uri"] = form["request_uri"]
	return pushed, nil
}

// spends makes a parked request answerable once, wherever its handle turns up again, and a pushed one
// under all the handles it was given.
func (s *pushedRequests) spends(v *validRequest) storage.Spent {
	until := v.CreatedAt.Add(interaction.Life)
	if id := pushedID(v.Form); id != "" {
		return storage.Spent{Kind: "pushed", Value: id, Until: until.Add(s.ttl)}
	}
	if !v.parked {
		return storage.Spent{}
	}
	return storage.Spent{Kind: "request", Value: v.Handle, Until: until}
}

// forget drops the pushed request in form, if it is of one.
func (s *pushedRequests) forget(ctx context.Context, form url.Values) {
	if id := pushedID(form); id != "" {
		_, _ = s.kept.Take(ctx, id)
	}
}

func unknownRequest() *oauth.Error {
	return oauth.Refuse("invalid_request_uri", oauth.Descriptions["invalid_request_uri"]).
		WithMessage("This sign-in has expired, is already finished, or started in another browser. Go back to the app and start again.")
}

// checkPushed refuses requests by the browser to clients that must push theirs (RFC 9126 section 6).
func checkPushed(v *validRequest) error {
	if mustPush(v.client) && !v.pushing && pushedID(v.Form) == "" {
		return oauth.Refuse("invalid_request", "This client must use pushed authorization requests (PAR).").
			WithHint("send it to the pushed_authorization_request_endpoint first, then only client_id and request_uri here")
	}
	return nil
}

// mustPush reports whether the client must push its requests (RFC 9126 section 6, FAPI 2.0 section 5.3.2.2).
func mustPush(c storage.Client) bool { return c.RequirePAR || c.FAPI2() }
