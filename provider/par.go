package provider

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/interaction"
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
	ephemeral storage.Ephemeral
	ttl       time.Duration
}

// push answers POST /par.
func (e *authorizeEndpoint) push(w http.ResponseWriter, r *http.Request) error {
	form, fault := readForm(r)
	if fault != nil {
		return fault
	}
	response, err := e.pushRequest(w, r, form)
	if err != nil {
		return err
	}
	return writeJSONStatus(w, http.StatusCreated, response)
}

func (e *authorizeEndpoint) pushRequest(w http.ResponseWriter, r *http.Request, form params) (*pushedResponse, error) {
	ctx := r.Context()
	proof, fault := e.proofs.readProof(w, r, "/par", "")
	if fault != nil {
		return nil, fault
	}
	c, err := e.auth.authenticate(ctx, r, form)
	if err != nil {
		return nil, err
	}
	web.Annotate(ctx, clientAttr(c.ID))
	if form.Get("request_uri") != "" {
		return nil, refuse("invalid_request", "A pushed request must not contain request_uri.")
	}
	if err := allowOften(ctx, e.limiter, "par:", c, pushes); err != nil {
		return nil, err
	}
	v := &validRequest{client: c, pushing: true}
	v.Request = &interaction.Request{Form: withoutCredentials(form, c.ID), CreatedAt: e.now()}
	if err := e.identify(ctx, v); err != nil {
		return nil, err
	}
	if err := bindCode(v.Form, proof); err != nil {
		return nil, err
	}
	if err := e.validate(ctx, v); err != nil {
		return nil, err
	}
	if err := e.proofs.spendProof(ctx, proof); err != nil {
		return nil, err
	}
	return e.pushed.keep(ctx, v.Form)
}

// bindCode: a proof with the push says the same as dpop_jkt in it (RFC 9449 section 10.1).
func bindCode(form url.Values, proof *proof) error {
	if proof == nil {
		return nil
	}
	if jkt := form.Get("dpop_jkt"); jkt != "" && jkt != proof.jkt {
		return badProof("Its key does not match dpop_jkt.")
	}
	form.Set("dpop_jkt", proof.jkt)
	return nil
}

// withoutCredentials is the request alone: what the client proved itself with is not kept.
func withoutCredentials(form params, clientID string) url.Values {
	kept := url.Values(maps.Clone(form))
	for _, name := range []string{"client_secret", "client_assertion", "client_assertion_type"} {
		kept.Del(name)
	}
	kept.Set("client_id", clientID)
	return kept
}

// allowOften bounds what one client can make us keep: by client, and by network too when anybody can
// say to be that client.
func allowOften(ctx context.Context, limiter *web.Limiter, what string, c storage.Client, limit web.Limit) error {
	key := what + hex.EncodeToString(storage.Digest(c.ID)[:12])
	if c.Public {
		key += ":" + web.Network(web.ClientIP(ctx))
	}
	err := limiter.Allow(ctx, key, limit)
	if e := tooMany(err, "Too many requests from this client; try again later."); e != nil {
		return e
	}
	return err
}

func (s *pushedRequests) keep(ctx context.Context, form url.Values) (*pushedResponse, error) {
	value, err := json.Marshal(form)
	if err != nil {
		return nil, fmt.Errorf("encode pushed request: %w", err)
	}
	id := storage.NewID("")
	if err := s.ephemeral.Put(ctx, pushedKey(id), value, s.ttl); err != nil {
		return nil, err
	}
	return &pushedResponse{requestURIPrefix + id, int64(s.ttl / time.Second)}, nil
}

func pushedKey(id string) string { return "pushed:" + id }

// pushedID is the name of the pushed request in form, "" when it is not of one.
func pushedID(form url.Values) string {
	id, ok := strings.CutPrefix(form.Get("request_uri"), requestURIPrefix)
	if !ok {
		return ""
	}
	return id
}

// open returns the pushed request that form names, with its name. What else came along counts
// for nothing (RFC 9126 section 4).
func (s *pushedRequests) open(ctx context.Context, form params) (params, error) {
	id := pushedID(url.Values(form))
	if len(id) != len(storage.NewID("")) {
		return nil, unknownRequest()
	}
	value, err := s.ephemeral.Get(ctx, pushedKey(id))
	if errors.Is(err, storage.ErrNotFound) {
		return nil, unknownRequest()
	}
	if err != nil {
		return nil, err
	}
	pushed := params{}
	if err := json.Unmarshal(value, &pushed); err != nil {
		return nil, fmt.Errorf("decode pushed request: %w", err)
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
		_, _ = s.ephemeral.Take(ctx, pushedKey(id))
	}
}

func unknownRequest() *Error {
	return refuse("invalid_request_uri", descriptions["invalid_request_uri"]).
		saying("This sign-in has expired, is already finished, or started in another browser. Go back to the app and start again.")
}

// checkPushed: some clients may not put their request into the browser at all (RFC 9126 section 6).
func checkPushed(v *validRequest) error {
	if mustPush(v.client) && !v.pushing && pushedID(v.Form) == "" {
		return refuse("invalid_request", "This client must use pushed authorization requests (PAR).").
			withHint("send it to the pushed_authorization_request_endpoint first, then only client_id and request_uri here")
	}
	return nil
}
