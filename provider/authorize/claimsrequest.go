package authorize

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/provider/userclaims"
	"github.com/symbolon-id/symbolon/storage"
)

// claimsRequest is the claims parameter (OpenID Connect Core section 5.5).
type claimsRequest struct {
	UserInfo map[string]json.RawMessage `json:"userinfo"`
	IDToken  map[string]json.RawMessage `json:"id_token"`
}

// claimRequest is one member of it; null asks for the claim and no more.
type claimRequest struct {
	Essential bool  `json:"essential"`
	Value     any   `json:"value"`
	Values    []any `json:"values"`
}

// checkClaims notes which claims are asked for by name, and asks the person for the scopes that hold
// them, as far as the client is registered for those. A sub says who is to sign in, an acr how.
func checkClaims(v *validRequest) error {
	v.mustACR, v.named, v.Asked = nil, nil, nil
	if v.Form.Get("claims") == "" {
		return nil
	}
	var asked claimsRequest
	if keys.Unmarshal([]byte(v.Form.Get("claims")), &asked) != nil {
		return badClaims()
	}
	var named storage.NamedClaims
	var err error
	if named.UserInfo, err = v.wantClaims(asked.UserInfo); err != nil {
		return err
	}
	if named.IDToken, err = v.wantClaims(asked.IDToken); err != nil {
		return err
	}
	if len(named.UserInfo)+len(named.IDToken) > 0 {
		v.widen(&named)
		v.named = &named
	}
	return nil
}

// wantClaims returns those of the claims that the client may have, sorted.
func (v *validRequest) wantClaims(asked map[string]json.RawMessage) (names []string, err error) {
	for _, name := range slices.Sorted(maps.Keys(asked)) {
		var c claimRequest
		if raw := asked[name]; string(raw) != "null" && keys.Unmarshal(raw, &c) != nil {
			return nil, badClaims()
		}
		switch name {
		case "sub":
			err = v.wantSubject(c)
		case "acr":
			v.wantACR(c)
		default:
			if slices.Contains(v.client.Scopes, userclaims.ScopeOf(name)) {
				names = append(names, name)
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return names, nil
}

// widen adds the scopes that the named claims are of, and notes which of them were not asked for as a
// whole. Of those the person is asked for the claims, if there is more than one to the scope.
func (v *validRequest) widen(named *storage.NamedClaims) {
	scopes := slices.Clone(v.Scopes)
	for _, name := range slices.Concat(named.UserInfo, named.IDToken) {
		if scope := userclaims.ScopeOf(name); !slices.Contains(scopes, scope) {
			scopes = append(scopes, scope)
			named.Scopes = append(named.Scopes, scope)
		}
	}
	if len(named.Scopes) == 0 {
		return
	}
	for _, name := range slices.Concat(named.UserInfo, named.IDToken) {
		scope := userclaims.ScopeOf(name)
		switch one := scope + " " + name; {
		case !slices.Contains(named.Scopes, scope):
		case interaction.Sentence(one) != "":
			named.Asked = append(named.Asked, one)
		default:
			named.Asked = append(named.Asked, scope)
		}
	}
	slices.Sort(named.Asked)
	named.Asked = slices.Compact(named.Asked)
	v.Scopes = slices.Sorted(slices.Values(scopes))
	v.Asked = named.Allow(v.Scopes)
}

// wantSubject requires that the answer is about this user, or is none (OpenID Connect Core section 5.5.1).
func (v *validRequest) wantSubject(c claimRequest) error {
	if c.Value == nil {
		return nil
	}
	subject, ok := c.Value.(string)
	if !ok || v.HintSubject != "" && v.HintSubject != subject {
		return badClaims()
	}
	return v.askFor(subject)
}

// wantACR notes the acr that is wished for; an essential one must be reached (OpenID Connect Core section 5.5.1.1).
func (v *validRequest) wantACR(c claimRequest) {
	var values []string
	for _, value := range append([]any{c.Value}, c.Values...) {
		if s, ok := value.(string); ok {
			values = append(values, s)
		}
	}
	v.ACRValues = append(v.ACRValues, values...)
	if c.Essential {
		v.mustACR = append(v.mustACR, values...)
	}
}

// reached reports whether the person signed in as well as the client insists on.
func (v *validRequest) reached(acr string) bool {
	return len(v.mustACR) == 0 || slices.Contains(v.mustACR, acr)
}

func badClaims() error {
	return oauth.Refuse("invalid_request", "The claims parameter is malformed or contradicts the id_token_hint.")
}
