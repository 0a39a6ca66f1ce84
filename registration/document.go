package registration

import (
	"context"
	"errors"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/symbolon-id/symbolon/clients"
	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/outbound"
	"github.com/symbolon-id/symbolon/storage"
)

// isURL tells a client_id that is a document's address from one of ours, none of which is. Whether
// http may be asked is the fetcher's to say: in development on this machine, else never.
func isURL(id string) bool {
	return strings.HasPrefix(id, "https://") || strings.HasPrefix(id, "http://")
}

// address judges the client_id itself: a host that is let in, a path, no query.
func (c *Clients) address(id string) error {
	u, err := c.Fetch.Check(id)
	switch {
	case c.Rules.NoDocuments:
		return Unusable{"documents are switched off"}
	case err != nil:
		return Unusable{"not an acceptable URL"}
	case u.EscapedPath() == "/" || strings.Contains(id, "?"):
		return Unusable{"without a path, or with a query"}
	case !c.Rules.admits(u):
		return Unusable{"host is not admitted"}
	}
	return nil
}

// read fetches the document at id and turns it into a client. One that is invalid is not kept: its owner
// has nobody to tell that it was mended.
func (c *Clients) read(ctx context.Context, id string) (storage.Client, error) {
	response, err := c.Fetch.Get(ctx, id, outbound.Document())
	if err != nil {
		return storage.Client{}, err
	}
	client, err := c.parse(ctx, id, response)
	if err == nil {
		err = clients.Validate(client)
	}
	if err == nil {
		return client, nil
	}
	err = unusable(err)
	if invalid, ok := errors.AsType[Unusable](err); ok {
		c.Fetch.Reject(id, outbound.Document(), invalid.Reason)
	}
	return storage.Client{}, err
}

func (c *Clients) parse(ctx context.Context, id string, response *outbound.Response) (storage.Client, error) {
	if !isJSON(response.Header) {
		return storage.Client{}, Unusable{"not JSON"}
	}
	o, err := parseObject(response.Body)
	if err != nil {
		return storage.Client{}, err
	}
	if o["client_id"] != id {
		return storage.Client{}, Unusable{"client_id is not its address"}
	}
	if o["client_secret"] != nil || o["client_secret_expires_at"] != nil {
		return storage.Client{}, Unusable{"holds a secret"}
	}
	m, err := readMetadata(o, clients.Metadata())
	if err != nil {
		return storage.Client{}, err
	}
	if m.Name == "" {
		m.Name = hostOf(id)
	}
	forgetAlgorithms(&m.Client)
	client, err := m.client(c.Rules)
	if err != nil {
		return storage.Client{}, err
	}
	client.ID = id
	if err := (sectors{c.Fetch, c.Rules, c.Limiter}).check(ctx, client.ClientMetadata); err != nil {
		return storage.Client{}, err
	}
	err = c.authenticate(ctx, &client, m)
	return client, err
}

// authenticate decides how the client proves itself. Nothing in a document can be a secret: there
// are its keys, or nothing.
func (c *Clients) authenticate(ctx context.Context, client *storage.Client, m metadata) (err error) {
	switch {
	case m.authMethod == none, m.authMethod == "":
		client.Public = true
	case slices.Contains(c.Rules.keyed(), m.authMethod):
		client.AuthMethod = m.authMethod
	default:
		return Unusable{"token_endpoint_auth_method is not supported"}
	}
	if !m.needsKeys() {
		return nil
	}
	client.JWKS = m.JWKS
	if m.JWKSURI != "" {
		client.JWKS, err = c.fetchKeys(ctx, m.JWKSURI)
	}
	return err
}

func (c *Clients) fetchKeys(ctx context.Context, jwksURI string) ([]byte, error) {
	if u, err := c.Fetch.Check(jwksURI); err != nil || !c.Rules.admits(u) {
		return nil, Unusable{"jwks_uri is not acceptable"}
	}
	if err := c.mayFetch(ctx, jwksURI, outbound.KeySet()); err != nil {
		return nil, err
	}
	response, err := c.Fetch.Get(ctx, jwksURI, outbound.KeySet())
	if err != nil {
		return nil, err
	}
	set, err := response.Read(keysIn)
	if err != nil || keys.CheckClientKeys(set) != nil {
		c.Fetch.Reject(jwksURI, outbound.KeySet(), "no usable keys")
	}
	if err == nil && len(set) > maxKeys {
		err = Unusable{"its key set is too large"}
	}
	return set, err
}

// keysIn reads a key set as strictly as everything else, and writes it in one way.
func keysIn(body []byte) ([]byte, error) {
	set, err := parseObject(body)
	if err != nil {
		return nil, err
	}
	return object{"jwks": map[string]any(set)}.raw("jwks")
}

func isJSON(h http.Header) bool {
	media, parameters, err := mime.ParseMediaType(h.Get("Content-Type"))
	if charset := parameters["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") { // RFC 8259 section 8.1
		return false
	}
	return err == nil && (media == "application/json" || strings.HasPrefix(media, "application/") && strings.HasSuffix(media, "+json"))
}

// unusable keeps what may pass later apart from what is wrong.
func unusable(err error) error {
	if _, failed := errors.AsType[*outbound.Error](err); failed {
		return err
	}
	if known, ok := errors.AsType[Unusable](err); ok {
		return known
	}
	return Unusable{err.Error()}
}
