package provider

import (
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

// params are the parameters of one request, decoded strictly: each once (resource and audience
// excepted), none empty, none longer than limit says, and only those we know (RFC 6749 section 3.1).
type params url.Values

// Get returns the value of a parameter, or "" when the request has none.
func (p params) Get(name string) string {
	if values := p[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

const (
	maxPairs     = 200
	maxScopes    = 64
	maxResources = 16
)

// limit is how long the value of a parameter may be, in bytes; 0 for a parameter that we do not know
// and therefore ignore. A new extension adds its parameters here.
func limit(name string) int {
	switch name {
	case "login_hint":
		return 512
	case "scope":
		return 2 << 10
	case "client_id", "client_secret", "client_assertion_type", "redirect_uri", "response_type",
		"response_mode", "state", "nonce", "code_challenge", "code_challenge_method", "code_verifier",
		"code", "grant_type", "resource", "audience", "prompt", "max_age", "display", "ui_locales",
		"acr_values", "request_uri", "registration", "token_type_hint", "post_logout_redirect_uri",
		"logout_hint", "confirm":
		return 4 << 10
	case "claims":
		return 8 << 10
	case "token", "access_token", "refresh_token", "id_token_hint", "client_assertion", "request":
		return 16 << 10
	}
	return 0
}

func repeatable(name string) bool { return name == "resource" || name == "audience" }

// decoder collects the pairs of a query and a body. A pair that is repeated, malformed or too long
// leaves its name in form without a value, so that no later pair can take its place.
type decoder struct {
	form  params
	pairs int
	fault *Error // the first
}

func newDecoder() *decoder { return &decoder{form: make(params, 16)} }

func (d *decoder) decode(raw string) {
	for raw != "" && d.pairs <= maxPairs {
		var pair string
		pair, raw, _ = strings.Cut(raw, "&")
		if pair == "" {
			continue
		}
		if d.pairs++; d.pairs > maxPairs {
			d.form = params{}
			d.blame(refuse("invalid_request", "There are too many parameters."))
			return
		}
		d.pair(pair)
	}
}

func (d *decoder) pair(pair string) {
	rawName, rawValue, _ := strings.Cut(pair, "=")
	name, ok := unescape(rawName)
	if !ok || !clean(name) {
		d.blame(refuse("invalid_request", "A parameter is not encoded properly."))
		return
	}
	value, ok := unescape(rawValue)
	most := limit(name)
	switch {
	case !ok || (name != "state" && !clean(value)):
		d.spoil(name, refuse("invalid_request", "A parameter is not encoded properly."))
	case most == 0:
	case d.repeated(name):
		d.spoil(name, refusef("invalid_request", "The parameter %s is repeated.", name))
	case len(value) > most:
		d.spoil(name, refusef(nameOf(name), "The parameter %s is too long.", name))
	default:
		d.add(name, value)
	}
}

// add treats a value that is empty as omitted, but as there for a second one.
func (d *decoder) add(name, value string) {
	values := d.form[name]
	if value != "" {
		values = append(values, value)
	}
	d.form[name] = values
}

func (d *decoder) repeated(name string) bool {
	_, there := d.form[name]
	return there && !repeatable(name)
}

func (d *decoder) spoil(name string, fault *Error) {
	if limit(name) > 0 {
		d.form[name] = nil
	}
	d.blame(fault)
}

func (d *decoder) blame(fault *Error) {
	if d.fault == nil {
		d.fault = fault
	}
}

// done judges the lists, drops what was sent without a value, and hands out the rest.
func (d *decoder) done() (params, *Error) {
	if scope := d.form.Get("scope"); scope != "" && !wellFormedScope(scope) {
		d.spoil("scope", refuse("invalid_scope", "The scope is malformed or has too many items."))
	}
	for _, name := range []string{"resource", "audience"} {
		if len(d.form[name]) > maxResources {
			d.spoil(name, refusef("invalid_target", "The parameter %s is repeated too often.", name))
		}
	}
	for name, values := range d.form {
		if len(values) == 0 {
			delete(d.form, name)
		}
	}
	return d.form, d.fault
}

// nameOf is the error for an oversized value of this parameter.
func nameOf(name string) string {
	switch name {
	case "scope":
		return "invalid_scope"
	case "resource", "audience":
		return "invalid_target"
	}
	return "invalid_request"
}

// wellFormedScope is RFC 6749 section 3.3, and bounds the list: what follows it may compare every
// scope with every other.
func wellFormedScope(scope string) bool {
	if strings.Count(scope, " ") >= maxScopes {
		return false
	}
	for item := range strings.SplitSeq(scope, " ") {
		if item == "" {
			return false
		}
		for _, c := range []byte(item) {
			if c < 0x21 || c > 0x7e || c == '"' || c == '\\' {
				return false
			}
		}
	}
	return true
}

// unescape decodes one name or value. A semicolon is refused: others take it for a separator, and
// what two parsers read differently can hide a parameter from one of them.
func unescape(s string) (string, bool) {
	if strings.Contains(s, ";") {
		return "", false
	}
	value, err := url.QueryUnescape(s)
	return value, err == nil
}

// clean holds of every value but state, which is the client's own and goes back as it came.
func clean(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

// inQuery tells whether the request's URL carries any parameter of ours.
func inQuery(r *http.Request) bool {
	d := newDecoder()
	d.decode(r.URL.RawQuery)
	return len(d.form) > 0 || d.fault != nil
}
