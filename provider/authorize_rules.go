package provider

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// The rules of /authorize that fosite lacks, checks too late or checks too laxly. Each is told to
// the client by an error redirect, before anybody signs in.

// checkResponse: only the code, and no request from elsewhere.
func checkResponse(v *validRequest) error {
	switch {
	case v.Form.Get("request_uri") != "" && pushedID(v.Form) == "":
		return refuse("request_uri_not_supported", descriptions["request_uri_not_supported"])
	case v.Form.Get("registration") != "":
		return refuse("registration_not_supported", descriptions["registration_not_supported"])
	case v.Form.Get("response_type") == "":
		return refuse("invalid_request", "The parameter response_type is missing.")
	case v.Form.Get("response_type") != "code":
		return refuse("unsupported_response_type", descriptions["unsupported_response_type"]).withHintFunc(func() string {
			return "requested response_type " + v.Form.Get("response_type") + ", supported code"
		})
	case !slices.Contains(v.client.GrantTypes, "authorization_code"):
		refusal := unregisteredGrant("authorization_code", v.client)
		refusal.Description = "This client is not allowed to use the authorization code grant."
		return refusal
	}
	return nil
}

// checkChallenge is RFC 7636 with S256 only; fosite looks at it after the person has signed in.
func (e *authorizeEndpoint) checkChallenge(v *validRequest) error {
	challenge, method := v.Form.Get("code_challenge"), v.Form.Get("code_challenge_method")
	if challenge == "" && method == "" {
		if (v.client.PKCEOptional || e.pkcePublicOnly) && !v.client.Public && !v.client.FAPI2() {
			return nil
		}
		return refuse("invalid_request", "PKCE is required: code_challenge is missing.").withHintFunc(v.howPKCE)
	}
	if method != "S256" {
		return refuse("invalid_request", "The code_challenge_method must be S256.").withHintFunc(func() string {
			return "requested code_challenge_method " + cmp.Or(method, "none (which means plain)") + ", supported S256"
		})
	}
	if !isSHA256(challenge) {
		return refuse("invalid_request", "The code_challenge must be 43 base64url characters.").withHintFunc(v.howPKCE)
	}
	return nil
}

func (v *validRequest) howPKCE() string {
	how := "send code_challenge and code_challenge_method=S256"
	if v.client.Public || v.client.FAPI2() {
		return how
	}
	return how + "; for an old client that cannot: " + command(v.client, "update") + " --require-pkce=false"
}

// isSHA256 tells whether s is a SHA-256 in base64url, by its form.
func isSHA256(s string) bool {
	return len(s) == 43 && !strings.ContainsAny(s, ".~") && unreserved(s)
}

// checkScope: each scope must be known; none asked for means the client's defaults.
func checkScope(v *validRequest) (err error) {
	v.Scopes, err = askedScopes(v.Form, v.client)
	return err
}

// askedScopes refuses what the client may not have. Of one that registered itself it leaves out what we
// advertise to all: such clients ask for all that is in scopes_supported, whatever they need (VS Code,
// Codex), and nobody here can correct them. RFC 6749 section 3.3 allows it, and the token response says
// what was granted.
func askedScopes(form url.Values, c storage.Client) ([]string, error) {
	asked := strings.Fields(form.Get("scope"))
	switch {
	case saysDetails(form):
		return nil, nil
	case len(asked) == 0:
		return c.ScopesByDefault(), nil
	}
	var granted []string
	for _, s := range asked {
		switch {
		case slices.Contains(c.Scopes, s):
			granted = append(granted, s)
		case !c.SelfRegistered() || !slices.Contains(advertisedScopes(), s):
			return nil, unknownScope(descriptions["invalid_scope"], asked, c)
		}
	}
	if len(granted) == 0 {
		return nil, unknownScope(descriptions["invalid_scope"], asked, c)
	}
	slices.Sort(granted)
	return slices.Compact(granted), nil
}

func unknownScope(description string, asked []string, c storage.Client) *Error {
	return refuse("invalid_scope", description).withHintFunc(func() string {
		return wordsDiffer("scope", asked, c.Scopes) + toRegister(c, "--scope")
	})
}

// checkPrompt is OpenID Connect Core section 3.1.2.1: prompt, max_age, display, hints.
func checkPrompt(v *validRequest) error {
	v.Prompt = strings.Fields(v.Form.Get("prompt"))
	for _, value := range v.Prompt {
		if !slices.Contains([]string{"none", "login", "consent", "select_account"}, value) {
			return refuse("invalid_request", "The prompt parameter has an unknown value.")
		}
	}
	if len(v.Prompt) > 1 && v.HasPrompt("none") {
		return refuse("invalid_request", "prompt=none goes with no other value.")
	}
	v.MaxAge = nil
	if age := v.Form.Get("max_age"); age != "" {
		seconds, err := strconv.ParseUint(age, 10, 31)
		if err != nil {
			return refuse("invalid_request", "The max_age parameter must be a number of seconds.")
		}
		limit := time.Duration(seconds) * time.Second
		v.MaxAge = &limit
	}
	if !slices.Contains([]string{"", "page", "popup", "touch", "wap"}, v.Form.Get("display")) {
		return refuse("invalid_request", "The display parameter has an unknown value.")
	}
	v.LoginHint = v.Form.Get("login_hint")
	v.ACRValues = strings.Fields(v.Form.Get("acr_values"))
	v.UILocales = v.Form.Get("ui_locales")
	return nil
}

// checkHint trusts an id_token_hint only if we signed it; an expired one is still a hint. It names the
// person as this client knows them, whomever it was issued to: else two clients could find out that
// two pairwise subjects are one person.
func (e *authorizeEndpoint) checkHint(v *validRequest) error {
	v.HintSubject = ""
	hint := v.Form.Get("id_token_hint")
	if hint == "" {
		return nil
	}
	claims, err := e.tokens.openIDToken(hint)
	if err != nil {
		return refuse("invalid_request", "The id_token_hint was not issued by this server.")
	}
	return v.askFor(claims.Subject)
}

// askFor: nobody but the person with this subject may answer. A client with pairwise subjects knows
// nobody by another kind, and must not learn who is who by asking.
func (v *validRequest) askFor(subject string) error {
	if v.client.SubjectType == storage.SubjectPairwise && !strings.HasPrefix(subject, pairwisePrefix) {
		return refuse("login_required", "The requested subject is unknown to this client.")
	}
	v.HintSubject = subject
	return nil
}
