package keys

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/go-jose/go-jose/v4"
)

// JWKS returns what the JWKS endpoint serves (RFC 7517 section 5) and its entity tag, quoted. Both
// are prepared when keys change; the body must not be changed.
func (r *Ring) JWKS() (body []byte, etag string) {
	s := r.state.Load()
	return s.jwks, s.etag
}

func renderJWKS(infos []KeyInfo, opened map[string]*key) (body []byte, etag string, err error) {
	infos = slices.DeleteFunc(slices.Clone(infos), func(k KeyInfo) bool { return !k.published() })
	// The signing ones first, RS256 before all, for clients that never look beyond the first key.
	slices.SortStableFunc(infos, func(a, b KeyInfo) int { return cmp.Compare(a.State.rank(), b.State.rank()) })
	set := jose.JSONWebKeySet{Keys: make([]jose.JSONWebKey, 0, len(infos))}
	for _, info := range infos {
		set.Keys = append(set.Keys, opened[info.KID].public())
	}
	body, err = json.Marshal(set)
	if err != nil {
		return nil, "", fmt.Errorf("render JWKS: %w", err)
	}
	sum := sha256.Sum256(body)
	return body, `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`, nil
}

func (s State) rank() int { return slices.Index([]State{Signing, Next, Retiring}, s) }
