package provider

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/audit"
	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/login/session"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/ephemeral"
	"github.com/symbolon-id/symbolon/storage/storagetest"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

var _ interface {
	Clients
	Grants
	Tokens
} = (*durable.DB)(nil)

// server is a whole provider on a real database, behind real HTTP.
type server struct {
	*Provider
	t        testing.TB
	db       *durable.DB
	http     *httptest.Server
	offset   atomic.Int64 // of the clock that everything goes by
	recorded recorder
}

// databases runs test on SQLite and on PostgreSQL, each with a server of its own.
func databases(t *testing.T, test func(t *testing.T, s *server)) {
	storagetest.Databases(t, func(t *testing.T, open func(*testing.T) *durable.DB) {
		test(t, newServer(t, open(t)))
	})
}

func newServer(t testing.TB, db *durable.DB) *server { return newServerAt(t, db, "", nil) }

// newServerAt serves below the issuer path base; change may adjust the configuration.
func newServerAt(t testing.TB, db *durable.DB, base string, change func(*Config)) *server {
	t.Helper()
	s := &server{t: t, db: db}
	mux := web.NewMux(web.MuxOptions{})
	s.http = httptest.NewServer(mux)
	t.Cleanup(s.http.Close)
	db.Now = s.now
	config := Config{
		Issuer: s.http.URL + base, AccessTokenTTL: 10 * time.Minute, AgentAccessTokenTTL: 30 * time.Minute,
		IDTokenTTL: time.Hour, CodeTTL: time.Minute, RefreshIdle: 24 * time.Hour, RefreshAbsolute: 30 * 24 * time.Hour,
		RefreshRetry: 30 * time.Second,
	}
	if change != nil {
		change(&config)
	}
	p, err := New(config, s.deps())
	if err != nil {
		t.Fatal(err)
	}
	s.Provider = p
	p.Mount(mux)
	mux.Page("GET "+base+"/test/sign-in", s.signInPage)
	mux.Page("GET "+base+"/test/consent", s.consentPage)
	return s
}

func (s *server) deps() Deps {
	sealer, err := keys.NewSealer([]byte(strings.Repeat("s", 32)))
	if err != nil {
		s.t.Fatal(err)
	}
	pages, err := templates.New(templates.Brand{})
	if err != nil {
		s.t.Fatal(err)
	}
	return Deps{
		Clients: s.db, Grants: s.db, Tokens: s.db, Keys: newRing(s.t, s.db, sealer), Sealer: sealer,
		Sessions:     session.New(s.db, session.Options{Now: s.now}),
		Requests:     &interaction.Store{Ephemeral: ephemeral.NewMemory()},
		Interactions: []Interaction{signIn{s}, consent{}},
		Pages:        pages, Audit: &s.recorded, Metrics: &s.recorded, SecretUse: &s.recorded,
		Limiter: &web.Limiter{Counter: counter{ephemeral.NewCounts()}}, Now: s.now,
	}
}

func (s *server) now() time.Time              { return time.Now().Add(time.Duration(s.offset.Load())) }
func (s *server) wait(d time.Duration)        { s.offset.Add(int64(d)) }
func (s *server) endpoint(path string) string { return s.Issuer + path }
func (s *server) do(r *http.Request) *answer  { return send(s.t, s.http.Client(), r) }
func (s *server) get(path string) *answer {
	return s.do(request(s.t, http.MethodGet, s.endpoint(path), nil))
}
func (s *server) must(err error)       { must(s.t, err) }
func (s *server) ctx() context.Context { return s.t.Context() }
func (s *server) client(id string) storage.Client {
	c, err := s.db.Client(s.ctx(), id)
	s.must(err)
	return c
}

// post sends a form, with Basic authentication when credentials are given.
func (s *server) post(path string, form url.Values, basic ...credentials) *answer {
	s.t.Helper()
	r := request(s.t, http.MethodPost, s.endpoint(path), form)
	for _, c := range basic {
		r.SetBasicAuth(url.QueryEscape(c.id), url.QueryEscape(c.secret))
	}
	return s.do(r)
}

// signingKeys are made once: RSA keys take long to make.
var signingKeys struct {
	sync.Mutex
	rows []storage.SigningKey
}

func newRing(t testing.TB, db *durable.DB, sealer *keys.Sealer) *keys.Ring {
	t.Helper()
	signingKeys.Lock()
	defer signingKeys.Unlock()
	for _, row := range signingKeys.rows {
		must(t, db.AddSigningKey(t.Context(), row))
	}
	ring := keys.NewRing(db, sealer, keys.Options{})
	must(t, ring.Load(t.Context()))
	if signingKeys.rows == nil {
		rows, err := db.SigningKeys(t.Context())
		must(t, err)
		signingKeys.rows = rows
	}
	return ring
}

// recorder remembers what the provider reports.
type recorder struct {
	mu     sync.Mutex
	events []audit.Event
	used   []string // ids of client secrets
	issued []string // grant types
}

func (r *recorder) Record(ctx context.Context, e audit.Event) error {
	r.RecordLater(ctx, e)
	return nil
}

func (r *recorder) RecordLater(_ context.Context, e audit.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
}

func (r *recorder) SecretUsed(id string, _ time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.used = append(r.used, id)
}

func (r *recorder) TokenIssued(grant, _ string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.issued = append(r.issued, grant)
}

// last returns the latest event of a type.
func (r *recorder) last(t testing.TB, eventType string) audit.Event {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range slices.Backward(r.events) {
		if e.Type == eventType {
			return e
		}
	}
	t.Fatalf("no %s was recorded", eventType)
	return audit.Event{}
}

type counter struct{ counts *ephemeral.Counts }

func (c counter) Count(ctx context.Context, key string, events int, per time.Duration) (time.Duration, error) {
	return c.counts.Count(ctx, key, storage.Limit{Events: events, Per: per})
}

// answer is a response, read to its end.
type answer struct {
	*http.Response
	body []byte
}

// json returns one member of a JSON answer, nil when there is none.
func (a *answer) json(t testing.TB, name string) any {
	t.Helper()
	members := map[string]any{}
	if err := json.Unmarshal(a.body, &members); err != nil {
		t.Fatalf("%d %q: %v", a.StatusCode, a.body, err)
	}
	return members[name]
}

// refused checks a token-style error: status, name, no-store, and no other member.
func (a *answer) refused(t testing.TB, status int, name string) {
	t.Helper()
	members := map[string]string{}
	if err := json.Unmarshal(a.body, &members); err != nil {
		t.Fatalf("%d %q: %v", a.StatusCode, a.body, err)
	}
	if a.StatusCode != status || members["error"] != name {
		t.Fatalf("got %d %s, want %d %s", a.StatusCode, a.body, status, name)
	}
	delete(members, "error")
	delete(members, "error_description")
	if len(members) > 0 || a.Header.Get("Cache-Control") != "no-store" || a.Header.Get("Content-Type") != "application/json" {
		t.Fatalf("not an error of RFC 6749: %v %s", a.Header, a.body)
	}
}

// page checks a page of ours that leads nowhere else.
func (a *answer) page(t testing.TB, status int) {
	t.Helper()
	if a.StatusCode != status || a.Header.Get("Location") != "" || a.Header.Get("Refresh") != "" {
		t.Fatalf("got %d %v, want a page with %d", a.StatusCode, a.Header, status)
	}
	if !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
		t.Fatalf("not a page: %v", a.Header)
	}
}

// location is where an answer leads, by redirect or hand-off page.
func (a *answer) location(t testing.TB) *url.URL {
	t.Helper()
	to := a.Header.Get("Location")
	if to == "" {
		to, _ = strings.CutPrefix(a.Header.Get("Refresh"), "0;url=")
	}
	u, err := url.Parse(to)
	if err != nil || to == "" {
		t.Fatalf("%d leads nowhere: %v %s", a.StatusCode, a.Header, a.body)
	}
	return u
}

func request(t testing.TB, method, target string, form url.Values) *http.Request {
	t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(t.Context(), method, target, body)
	must(t, err)
	if form != nil {
		r.Header.Set("Content-Type", formType)
	}
	return r
}

// send follows no redirect.
func send(t testing.TB, c *http.Client, r *http.Request) *answer {
	t.Helper()
	direct := *c
	direct.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	response, err := direct.Do(r)
	must(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	must(t, err)
	return &answer{response, body}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// agent registers a service account that may have scopes a and b.
func (s *server) agent(change ...func(*storage.Client)) credentials {
	return s.register(storage.Client{
		ID: storage.NewID(storage.AgentPrefix), Kind: storage.KindAgent, Name: "Agent",
		ClientMetadata: storage.ClientMetadata{
			GrantTypes: []string{"client_credentials"}, Scopes: []string{"a", "b"}, Audiences: []string{"https://mcp.example/mcp", "https://other.example"},
		},
	}, change)
}

const callback = "https://app.example/cb"

// app registers an application with a secret.
func (s *server) app(change ...func(*storage.Client)) credentials {
	return s.register(storage.Client{
		ID: storage.NewID(storage.ClientPrefix), Kind: storage.KindApp, Name: "App",
		ClientMetadata: storage.ClientMetadata{
			RedirectURIs: []string{callback}, PostLogoutRedirectURIs: []string{"https://app.example/bye"}, FirstParty: true,
			GrantTypes: []string{"authorization_code", "refresh_token"}, Scopes: []string{"openid", "profile", "email", "offline_access"},
		},
	}, change)
}

func public(c *storage.Client) { c.Public = true }

// register stores c after every change; all but public clients get a secret.
func (s *server) register(c storage.Client, changes []func(*storage.Client)) credentials {
	s.t.Helper()
	c.CreatedAt, c.UpdatedAt = s.now(), s.now()
	for _, change := range changes {
		change(&c)
	}
	secret := ""
	if !c.Public {
		secret = storage.NewBearer(storage.SecretPrefix)
		c.Secrets = append(c.Secrets, storage.ClientSecret{ID: storage.NewID(""), ClientID: c.ID, Digest: storage.Digest(secret), CreatedAt: s.now()})
	}
	s.must(s.db.CreateClient(s.ctx(), c))
	return credentials{c.ID, secret}
}

// agentToken gets an access token as c.
func (s *server) agentToken(c credentials, resource ...string) string {
	s.t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "resource": resource}
	token, _ := s.post("/token", form, c).json(s.t, "access_token").(string)
	if token == "" {
		s.t.Fatal("no token was issued")
	}
	return token
}

// browser belongs to one person.
type browser struct {
	*http.Client
	s    *server
	user storage.User
}

// person opens an account, and a browser that signs in as soon as it is asked to.
func (s *server) person(name string) *browser {
	s.t.Helper()
	user := storage.User{ID: storage.NewID(storage.UserPrefix), Email: name + "@example.com", EmailVerified: true, Name: name, CreatedAt: s.now(), UpdatedAt: s.now()}
	s.must(s.db.CreateUser(s.ctx(), user))
	jar, err := cookiejar.New(nil)
	s.must(err)
	c := *s.http.Client()
	c.Jar = jar
	return &browser{&c, s, user}
}

// open sends a GET and goes on to our own pages, but to nobody else's.
func (b *browser) open(target string) *answer {
	b.s.t.Helper()
	if !strings.HasPrefix(target, "http") {
		target = b.s.endpoint(target)
	}
	for range 10 {
		r := request(b.s.t, http.MethodGet, target, nil)
		r.Header.Set("X-Test-User", b.user.ID)
		a := send(b.s.t, b.Client, r)
		next := a.Header.Get("Location")
		if next == "" {
			return a
		}
		to, err := r.URL.Parse(next)
		b.s.must(err)
		if !strings.HasPrefix(to.String(), b.s.http.URL) {
			return a
		}
		target = to.String()
	}
	b.s.t.Fatal("redirects without end")
	return nil
}

// submit sends a form of ours.
func (b *browser) submit(path string, form url.Values) *answer {
	b.s.t.Helper()
	r := request(b.s.t, http.MethodPost, b.s.endpoint(path), form)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return send(b.s.t, b.Client, r)
}

const verifier = "verifier-verifier-verifier-verifier-verifier"

func challengeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// authorizeURL is a good request; more replaces its parameters, "" takes one out.
func (s *server) authorizeURL(c credentials, more ...[2]string) string {
	form := url.Values{
		"client_id": {c.id}, "redirect_uri": {callback}, "response_type": {"code"}, "scope": {"openid"}, "state": {"state"},
		"code_challenge": {challengeOf(verifier)}, "code_challenge_method": {"S256"},
	}
	for _, m := range more {
		if form.Set(m[0], m[1]); m[1] == "" {
			form.Del(m[0])
		}
	}
	return "/authorize?" + form.Encode()
}

// code takes b through /authorize.
func (b *browser) code(c credentials, more ...[2]string) string {
	b.s.t.Helper()
	to := b.open(b.s.authorizeURL(c, more...)).location(b.s.t)
	code := to.Query().Get("code")
	if code == "" {
		b.s.t.Fatalf("no code: %s", to)
	}
	return code
}

// redeem answers POST /token with the code.
func (s *server) redeem(c credentials, code string) *answer {
	s.t.Helper()
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}, "code_verifier": {verifier}}
	if c.secret == "" {
		form.Set("client_id", c.id)
		return s.post("/token", form)
	}
	return s.post("/token", form, c)
}

// tokens signs b in to c and returns what c gets.
func (b *browser) tokens(c credentials, more ...[2]string) (t tokenResponse) {
	b.s.t.Helper()
	a := b.s.redeem(c, b.code(c, more...))
	if err := json.Unmarshal(a.body, &t); err != nil || t.AccessToken == "" {
		b.s.t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	return t
}

// signIn is an interaction that believes the header X-Test-User.
type signIn struct{ s *server }

var _ Interaction = signIn{}

func (i signIn) Next(_ context.Context, q *interaction.Request, s *session.Session) (string, error) {
	if s != nil && !q.Fresh(s.UserID, s.AuthTime, i.s.now()) {
		return "", nil
	}
	// A request that has no handle yet gets one when it is parked.
	return i.s.base + "/test/sign-in?request=" + q.Handle, nil
}

func (signIn) Refusal() string { return "login_required" }

func (s *server) signInPage(w http.ResponseWriter, r *http.Request) error {
	q, err := s.Requests.Open(r, r.FormValue("request"))
	if err != nil {
		return err
	}
	_, err = s.Sessions.Start(w, r, storage.SignIn{
		UserID:  r.Header.Get("X-Test-User"),
		Session: storage.Session{AuthTime: s.now(), ACR: "urn:symbolon:acr:mail", AMR: []string{"mail"}},
	})
	if err != nil {
		return err
	}
	return web.Redirect(w, s.base+q.Resume())
}

// consent asks everybody but first-party clients; the header X-Test-Consent answers.
type consent struct{}

var _ Interaction = consent{}

func (consent) Next(_ context.Context, q *interaction.Request, _ *session.Session) (string, error) {
	if q.FirstParty && !q.HasPrompt("consent") || q.Decision != "" {
		return "", nil
	}
	return "/test/consent?request=" + q.Handle, nil
}

func (consent) Refusal() string { return "consent_required" }

func (s *server) consentPage(w http.ResponseWriter, r *http.Request) error {
	q, err := s.Requests.Open(r, r.FormValue("request"))
	if err != nil {
		return err
	}
	q.Decision = interaction.Allowed
	if r.Header.Get("X-Test-Consent") == "deny" {
		q.Decision = interaction.Denied
	}
	if err := s.Requests.Update(r.Context(), q); err != nil {
		return err
	}
	return web.Redirect(w, s.base+q.Resume())
}
