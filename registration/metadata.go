package registration

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/symbolon-id/symbolon/clients"
	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/storage"
)

const (
	maxName = 120      // characters
	maxKeys = 16 << 10 // bytes of a key set that is stored with its client
	none    = "none"
)

// metadata is what software says of itself, by the table of clients. Other members are ignored.
type metadata struct {
	storage.Client
	authMethod string
	responses  []string
}

func readMetadata(o object, table clients.Table) (m metadata, err error) {
	for f := range table.Registered() {
		if err = o.read(f, &m.Client); err != nil {
			return m, err
		}
	}
	if m.responses, err = o.texts("response_types"); err != nil {
		return m, err
	}
	m.authMethod, m.AuthMethod = m.AuthMethod, ""
	if m.authMethod != storage.AuthPrivateKeyJWT {
		m.AssertionAlg = ""
	}
	if m.RequestAlg == storage.AlgNone { // for an operator to allow
		m.RequestAlg = ""
	}
	return m, nil
}

// read puts the member of a field where a client holds it.
func (o object) read(f clients.Field, c *storage.Client) (err error) {
	switch column := f.Column(c).(type) {
	case *string:
		*column, err = o.text(f.Name)
		if *column == f.Default {
			*column = ""
		}
	case *[]string:
		*column, err = o.list(f)
	case *bool:
		*column, err = o.flag(f.Name)
	case **int64:
		*column, err = o.number(f.Name)
	case *json.RawMessage:
		*column, err = o.raw(f.Name)
	default:
		panic("registration: " + f.Name + " has a column of a type that is not known")
	}
	return err
}

func (o object) list(f clients.Field) ([]string, error) {
	if !f.Words {
		return o.texts(f.Name)
	}
	text, err := o.text(f.Name)
	return strings.Fields(text), err
}

// needsKeys tells whether there is anything to verify with the client's keys. Many send keys to
// everybody; then they are for nothing.
func (m metadata) needsKeys() bool {
	return m.RequestAlg != "" || m.RequireSigned || m.authMethod == storage.AuthPrivateKeyJWT || m.authMethod == storage.AuthSelfSignedTLS
}

// client is what becomes of m under the rules, not yet validated. What we do not support is left
// out, as long as something remains: clients list all they can do, for every server there is.
func (m metadata) client(r Rules) (storage.Client, error) {
	grants := intersect(m.GrantTypes, r.grantTypes())
	if m.GrantTypes == nil {
		grants = r.grantTypes()
	}
	if !slices.Contains(grants, clients.GrantAuthorizationCode) || m.responses != nil && !slices.Contains(m.responses, "code") {
		return storage.Client{}, malformed("Only the response type code with the grant type authorization_code can be registered.")
	}
	if len(m.RedirectURIs) == 0 {
		return storage.Client{}, refuse(invalidRedirect, "At least one redirect URI is required.")
	}
	if m.JWKS != nil && m.JWKSURI != "" {
		return storage.Client{}, malformed("jwks and jwks_uri cannot be combined.")
	}
	if len(m.JWKS) > maxKeys {
		return storage.Client{}, malformed("jwks is too large; publish the keys at a jwks_uri.")
	}
	c := m.Client
	c.Kind, c.Name, c.Public = storage.KindApp, m.displayName(), m.authMethod == none
	c.GrantTypes, c.Scopes, c.DefaultScopes, c.Audiences = grants, r.scopes(), m.defaultScopes(r), r.Resources
	c.DetailTypes = intersect(m.DetailTypes, r.DetailTypes)
	c.JWKS, c.JWKSURI = nil, "" // for who authenticates it to decide
	hideLinks(&c)
	if !r.Certificates {
		withoutCertificates(&c)
	}
	return c, nil
}

// defaultScopes are what the client says it asks for, as long as it asks for nothing in particular.
// They are no bound: agents register with the scope of their first call, and ask for more when a
// later one needs it. The bound is the operator's, and people are asked for each scope.
func (m metadata) defaultScopes(r Rules) []string {
	return intersect(m.Scopes, r.scopes())
}

// displayName is the name as people will see it, shortened; without one, where they are sent to.
// The validator judges its characters.
func (m metadata) displayName() string {
	name := strings.TrimSpace(m.Name)
	if runes := []rune(name); len(runes) > maxName {
		name = strings.TrimSpace(string(runes[:maxName]))
	}
	if name == "" && len(m.RedirectURIs) > 0 {
		name = clients.PlaceOf(m.RedirectURIs[0])
	}
	return name
}

// hideLinks leaves out the links that people are not shown: they are a courtesy, and no reason to refuse
// a client.
func hideLinks(c *storage.Client) {
	for f := range clients.Metadata().Links() {
		if uri := f.Column(c).(*string); clients.CheckLink(f.Name, *uri) != nil {
			*uri = ""
		}
	}
}

// forgetAlgorithms leaves out the algorithms that we do not have: a document says all it can do.
func forgetAlgorithms(c *storage.Client) {
	for f := range clients.Metadata().Algorithms() {
		if alg := f.Column(c).(*string); !slices.Contains(keys.ClientAlgorithms(), *alg) {
			*alg = ""
		}
	}
}

func hostOf(uri string) string {
	u, err := url.Parse(uri)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}
