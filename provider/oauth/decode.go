package oauth

import (
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

// decoder collects the pairs of a query and a body. A pair that is repeated, malformed or too long
// keeps its name in form without a value, so that no later pair can take its place.
type decoder struct {
	form  Params
	pairs int
	fault *Error // the first
}

func newDecoder() *decoder { return &decoder{form: make(Params, 16)} }

func (d *decoder) decode(raw string) {
	for raw != "" && d.pairs <= maxPairs {
		var pair string
		pair, raw, _ = strings.Cut(raw, "&")
		if pair == "" {
			continue
		}
		if d.pairs++; d.pairs > maxPairs {
			d.form = Params{}
			d.blame(Refuse("invalid_request", "The request has too many parameters."))
			return
		}
		d.pair(pair)
	}
}

func (d *decoder) pair(pair string) {
	rawName, rawValue, _ := strings.Cut(pair, "=")
	name, ok := unescape(rawName)
	if !ok || !allowed("", name) {
		d.blame(Refuse("invalid_request", "A parameter is not properly encoded."))
		return
	}
	value, ok := unescape(rawValue)
	if !ok {
		d.spoil(name, Refuse("invalid_request", "A parameter is not properly encoded."))
		return
	}
	d.take(name, value)
}

// take judges one pair as it was meant, and adds it.
func (d *decoder) take(name, value string) {
	most := limit(name)
	switch {
	case !allowed(name, value):
		d.spoil(name, Refuse("invalid_request", "A parameter is not properly encoded."))
	case most == 0:
	case d.repeated(name):
		d.spoil(name, refusef("invalid_request", "The parameter %s was sent more than once.", name))
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
func (d *decoder) done() (Params, *Error) {
	if scope := d.form.Get("scope"); scope != "" && !wellFormedScope(scope) {
		d.spoil("scope", Refuse("invalid_scope", "The scope is malformed or has too many values."))
	}
	for _, name := range []string{"resource", "audience"} {
		if len(d.form[name]) > maxResources {
			d.spoil(name, refusef("invalid_target", "The parameter %s was sent too many times.", name))
		}
	}
	for name, values := range d.form {
		if len(values) == 0 {
			delete(d.form, name)
		}
	}
	return d.form, d.fault
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

// allowed permits state more than the others: it is the client's own and goes back as it came. What is
// not UTF-8 could not, once it has been kept as JSON.
func allowed(name, value string) bool {
	return utf8.ValidString(value) && (name == "state" || clean(value))
}

// clean reports whether s has no NUL, which databases refuse in text.
func clean(s string) bool { return strings.IndexByte(s, 0) < 0 }

// InQuery reports whether the request's URL carries any parameter of ours.
func InQuery(r *http.Request) bool {
	d := newDecoder()
	d.decode(r.URL.RawQuery)
	return len(d.form) > 0 || d.fault != nil
}
