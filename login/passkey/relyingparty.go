package passkey

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// Options is what the deployment says of itself.
type Options struct {
	Issuer         string   // passkeys are bound to its host for good
	Name           string   // shown while enrolling; empty: the host
	RelatedOrigins []string // further https origins whose pages may use the same passkeys
	Policy         Policy
}

// RelyingParty is this deployment as passkeys know it.
type RelyingParty struct {
	id      string   // host of the issuer
	origins []string // as browsers write them; the issuer's is the first
	name    string
	policy  Policy
	library *webauthn.WebAuthn
}

// ErrNoPasskeys means that browsers make none for this issuer, because its host is an address, or it is plain
// http and not localhost. A deployment can go on without them.
var ErrNoPasskeys = errors.New("browsers make no passkeys for this issuer")

// NewRelyingParty returns an error that is ErrNoPasskeys, or says which option is invalid.
func NewRelyingParty(o Options) (*RelyingParty, error) {
	issuer, err := url.Parse(o.Issuer)
	if err != nil {
		return nil, fmt.Errorf("passkeys: issuer: %w", err)
	}
	rp := &RelyingParty{id: strings.ToLower(issuer.Hostname()), name: o.Name, policy: o.Policy}
	if err := protocol.ValidateRPID(rp.id); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoPasskeys, err)
	}
	if issuer.Scheme != "https" && rp.id != "localhost" && !strings.HasSuffix(rp.id, ".localhost") {
		return nil, fmt.Errorf("%w: it is plain http", ErrNoPasskeys)
	}
	if rp.name == "" {
		rp.name = rp.id
	}
	if err := o.Policy.check(); err != nil {
		return nil, err
	}
	if rp.origins, err = origins(issuer, o.RelatedOrigins); err != nil {
		return nil, err
	}
	rp.library, err = webauthn.New(rp.config())
	if err != nil {
		return nil, fmt.Errorf("passkeys: %w", err)
	}
	return rp, nil
}

// ID returns the relying party id: the host of the issuer.
func (rp *RelyingParty) ID() string { return rp.id }

func (rp *RelyingParty) config() *webauthn.Config {
	return &webauthn.Config{
		RPID: rp.id, RPDisplayName: rp.name, RPOrigins: rp.origins,
		// Some password managers volunteer outputs. We ask for none and read none.
		ExtensionsUnsolicitedOutputPolicy: protocol.UnsolicitedOutputPolicyIgnore,
	}
}

// origins returns the issuer's origin and the related ones. A browser looks at no more than five
// registrable names (WebAuthn Level 3 section 5.11), which the library counts.
func origins(issuer *url.URL, related []string) ([]string, error) {
	own := origin(issuer)
	if len(related) == 0 {
		return []string{own}, nil
	}
	for _, r := range related {
		u, err := url.Parse(r)
		if err != nil || u.Scheme != "https" || u.Host == "" || r != u.Scheme+"://"+u.Host {
			return nil, fmt.Errorf("passkeys: related origin %q is not the likes of https://example.com", r)
		}
	}
	all, err := protocol.NewRelatedOrigins(append([]string{own}, related...)...)
	if err != nil {
		return nil, fmt.Errorf("passkeys: %w", err)
	}
	return all.Origins, nil
}

// origin writes u's as browsers do: lower case, without a default port.
func origin(u *url.URL) string {
	host := strings.ToLower(u.Host)
	for scheme, port := range map[string]string{"https": ":443", "http": ":80"} {
		if u.Scheme == scheme {
			host = strings.TrimSuffix(host, port)
		}
	}
	return u.Scheme + "://" + host
}

// fromOurPage is stricter than the library: byte for byte an origin of ours, in no frame.
func (rp *RelyingParty) fromOurPage(data protocol.CollectedClientData) bool {
	return slices.Contains(rp.origins, data.Origin) && !data.CrossOrigin && data.TopOrigin == ""
}
