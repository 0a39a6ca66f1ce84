package provider

import (
	"encoding/json"
	"slices"

	"github.com/symbolon-id/symbolon/keys"
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

// checkClaims turns claims asked for by name into the scopes that hold them, as far as the client is
// registered for those: the person is asked about them like about every other. A sub says who is to
// sign in, an acr how.
func checkClaims(v *validRequest) error {
	v.mustACR = nil
	if v.Form.Get("claims") == "" {
		return nil
	}
	var asked claimsRequest
	if keys.Unmarshal([]byte(v.Form.Get("claims")), &asked) != nil {
		return badClaims()
	}
	for name, raw := range asked.UserInfo {
		if err := v.wantClaim(name, raw); err != nil {
			return err
		}
	}
	for name, raw := range asked.IDToken {
		if err := v.wantClaim(name, raw); err != nil {
			return err
		}
	}
	return nil
}

func (v *validRequest) wantClaim(name string, raw json.RawMessage) error {
	var c claimRequest
	if string(raw) != "null" && keys.Unmarshal(raw, &c) != nil {
		return badClaims()
	}
	switch name {
	case "sub":
		return v.wantSubject(c)
	case "acr":
		v.wantACR(c)
		return nil
	}
	scope := scopeOf(name)
	if slices.Contains(v.client.Scopes, scope) && !slices.Contains(v.Scopes, scope) {
		v.Scopes = slices.Sorted(slices.Values(append(slices.Clone(v.Scopes), scope)))
	}
	return nil
}

// wantSubject: the answer must be about this person or be none (OpenID Connect Core section 5.5.1).
func (v *validRequest) wantSubject(c claimRequest) error {
	if c.Value == nil {
		return nil
	}
	subject, ok := c.Value.(string)
	if !ok || v.HintSubject != "" && v.HintSubject != subject {
		return badClaims()
	}
	v.HintSubject = subject
	return nil
}

// wantACR: an essential one must be reached (OpenID Connect Core section 5.5.1.1).
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

// reached tells whether the person signed in as well as the client insists on.
func (v *validRequest) reached(acr string) bool {
	return len(v.mustACR) == 0 || slices.Contains(v.mustACR, acr)
}

func badClaims() error {
	return refuse("invalid_request", "The claims parameter is malformed or contradicts the id_token_hint.")
}
