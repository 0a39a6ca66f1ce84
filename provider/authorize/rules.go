package authorize

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/provider/oauth"
	"github.com/symbolon-id/symbolon/provider/permitted"
	"github.com/symbolon-id/symbolon/provider/token"
	"github.com/symbolon-id/symbolon/storage"
)

// Authorization details (RFC 9396) say more exactly than scopes what is to be allowed: this payment,
// these files. What types there are, and what they hold, is the operator's to say (package details).
// A person is asked each time, a grant keeps what was allowed, and tokens carry it, or the part of it
// that a token request names.

// checkDetails implements RFC 9396 section 5: all of it is known and allowed to this client, or the request
// is refused before the user signs in.
func (e *Endpoint) checkDetails(v *validRequest) (err error) {
	v.Details, err = permitted.Details(e.Types, url.Values(v.Form), v.client)
	return err
}

// The rules of /authorize that fosite lacks, checks too late or checks too laxly. Each is reported to
// the client by an error redirect, before the user signs in.

// checkResponse accepts the response type code only, and no request from elsewhere.
func checkResponse(v *validRequest) error {
	switch {
	case v.Form.Get("request_uri") != "" && pushedID(v.Form) == "":
		return oauth.Refuse("request_uri_not_supported", oauth.Descriptions["request_uri_not_supported"])
	case v.Form.Get("registration") != "":
		return oauth.Refuse("registration_not_supported", oauth.Descriptions["registration_not_supported"])
	case v.Form.Get("response_type") == "":
		return oauth.Refuse("invalid_request", "The parameter response_type is missing.")
	case v.Form.Get("response_type") != "code":
		return oauth.Refuse("unsupported_response_type", oauth.Descriptions["unsupported_response_type"]).WithHintFunc(func() string {
			return "requested response_type " + v.Form.Get("response_type") + ", supported code"
		})
	case !slices.Contains(v.client.GrantTypes, "authorization_code"):
		refusal := permitted.UnregisteredGrant("authorization_code", v.client)
		refusal.Description = "This client is not allowed to use the authorization code grant."
		return refusal
	}
	return nil
}

// checkChallenge implements RFC 7636 with S256 only; fosite looks at it after the person has signed in.
func (e *Endpoint) checkChallenge(v *validRequest) error {
	challenge, method := v.Form.Get("code_challenge"), v.Form.Get("code_challenge_method")
	if challenge == "" && method == "" {
		if (v.client.PKCEOptional || e.PKCEPublicOnly) && !v.client.Public && !v.client.FAPI2() {
			return nil
		}
		return oauth.Refuse("invalid_request", "PKCE is required: code_challenge is missing.").WithHintFunc(v.howPKCE)
	}
	if method != "S256" {
		return oauth.Refuse("invalid_request", "The code_challenge_method must be S256.").WithHintFunc(func() string {
			return "requested code_challenge_method " + cmp.Or(method, "none (which means plain)") + ", supported S256"
		})
	}
	if !oauth.IsSHA256(challenge) {
		return oauth.Refuse("invalid_request", "The code_challenge must be 43 base64url characters.").WithHintFunc(v.howPKCE)
	}
	return nil
}

func (v *validRequest) howPKCE() string {
	how := "send code_challenge and code_challenge_method=S256"
	if v.client.Public || v.client.FAPI2() {
		return how
	}
	return how + "; for an old client that cannot: " + oauth.Command(v.client, "update") + " --require-pkce=false"
}

// checkScope requires that each scope is known; none asked for means the client's defaults.
func checkScope(v *validRequest) (err error) {
	v.Scopes, err = permitted.Scopes(v.Form, v.client)
	return err
}

// checkPrompt implements OpenID Connect Core section 3.1.2.1: prompt, max_age, display, hints.
func checkPrompt(v *validRequest) error {
	v.Prompt = strings.Fields(v.Form.Get("prompt"))
	for _, value := range v.Prompt {
		if !slices.Contains([]string{"none", "login", "consent", "select_account"}, value) {
			return oauth.Refuse("invalid_request", "The prompt parameter has an unknown value.")
		}
	}
	if len(v.Prompt) > 1 && v.HasPrompt("none") {
		return oauth.Refuse("invalid_request", "prompt=none goes with no other value.")
	}
	v.MaxAge = nil
	if age := v.Form.Get("max_age"); age != "" {
		seconds, err := strconv.ParseUint(age, 10, 31)
		if err != nil {
			return oauth.Refuse("invalid_request", "The max_age parameter must be a number of seconds.")
		}
		limit := time.Duration(seconds) * time.Second
		v.MaxAge = &limit
	}
	if !slices.Contains([]string{"", "page", "popup", "touch", "wap"}, v.Form.Get("display")) {
		return oauth.Refuse("invalid_request", "The display parameter has an unknown value.")
	}
	v.LoginHint = v.Form.Get("login_hint")
	v.ACRValues = strings.Fields(v.Form.Get("acr_values"))
	v.UILocales = v.Form.Get("ui_locales")
	return nil
}

// checkHint trusts an id_token_hint only if we signed it; an expired one is still a hint. It names the
// person as this client knows them, whomever it was issued to: else two clients could find out that
// two pairwise subjects are one person.
func (e *Endpoint) checkHint(v *validRequest) error {
	v.HintSubject = ""
	hint := v.Form.Get("id_token_hint")
	if hint == "" {
		return nil
	}
	claims, err := e.Tokens.OpenIDToken(hint)
	if err != nil {
		return oauth.Refuse("invalid_request", "The id_token_hint was not issued by this server.")
	}
	return v.askFor(claims.Subject)
}

// askFor has only the user with this subject answer. A client with pairwise subjects knows no user by
// another kind, and must not learn who is who by asking.
func (v *validRequest) askFor(subject string) error {
	if v.client.SubjectType == storage.SubjectPairwise && !strings.HasPrefix(subject, token.PairwisePrefix) {
		return oauth.Refuse("login_required", "The requested subject is unknown to this client.")
	}
	v.HintSubject = subject
	return nil
}

// checkKey implements dpop_jkt: the code will be for the holder of this key alone (RFC 9449 section 10).
func checkKey(v *validRequest) error {
	jkt := v.Form.Get("dpop_jkt")
	switch {
	case jkt != "" && !oauth.IsSHA256(jkt):
		return oauth.Refuse("invalid_request", "The dpop_jkt must be 43 base64url characters.")
	case jkt != "" && v.client.CertificateBound:
		return oauth.Refuse("invalid_request", "This client uses certificate-bound tokens, which cannot be combined with a DPoP key.")
	}
	return nil
}

// checkResources implements RFC 8707 section 2: absolute, no fragment, allowed.
func (e *Endpoint) checkResources(v *validRequest) (err error) {
	for _, resource := range v.Form["resource"] {
		u, err := url.Parse(resource)
		if err != nil || !u.IsAbs() || strings.Contains(resource, "#") {
			return oauth.Refuse("invalid_target", "The resource must be an absolute URI without a fragment.")
		}
	}
	v.Resources, err = permitted.MatchResources(v.Form["resource"], permitted.ResourcesFor(e.Place, v.client.Audiences, v.Scopes), v.client)
	return err
}
