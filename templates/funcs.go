package templates

import (
	"bytes"
	"html/template"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/legible"
)

// funcs returns what pages may call.
func (e *edition) funcs() template.FuncMap {
	return template.FuncMap{
		"t": e.t, "say": e.say, "browser": e.browser, "day": e.day, "moment": e.moment,
		"lang": e.tag.String, "dir": e.direction,
		"bdi": bdi, "strong": strong, "address": address, "host": host, "code": code,

		"brand":  func() string { return e.of.brand.Name },
		"logo":   func() string { return e.of.assets.url("logo") },
		"static": e.of.assets.url,
		"offer":  e.offer,

		"links":   func() []Link { return e.of.brand.Links },
		"path":    func(p string) string { return strings.TrimSuffix(e.of.brand.BasePath, "/") + p },
		"tongues": e.of.Languages,
		"speaks":  endonym,

		"languages": e.of.languagesWith,

		"leave":  leave,
		"plain":  legible.Clean,
		"pieces": pieces,

		"frame":         frame,
		"scripted":      scripted,
		"offerName":     func(o Offer) string { return o.offer() },
		"signalName":    func(s Signal) string { return s.signal() },
		"json":          signalJSON,
		"codeField":     newCodeField,
		"addressForm":   newAddressForm,
		"groups":        groups,
		"authenticator": authenticator,
		"words":         func(s []string) string { return strings.Join(s, " ") },
	}
}

// mailFuncs returns what mails may call.
func (e *edition) mailFuncs() map[string]any {
	return map[string]any{
		"t": e.t, "tn": e.tn, "say": e.say, "browser": e.browser,
		"lang": e.tag.String, "dir": e.direction,
		"bdi": bdi, "plain": legible.Clean, "wrap": wrap,
		"brand":  func() string { return e.of.brand.Name },
		"accent": func() string { return e.of.brand.light() },
	}
}

// offer renders one method's part of the sign-in page: html/template cannot call a template by a
// name it learns at run time. Its result was escaped for the same context it is placed in.
func (e *edition) offer(o Offer) (template.HTML, error) {
	var body bytes.Buffer
	if err := e.base.ExecuteTemplate(&body, o.offer()+".html", o); err != nil {
		return "", err
	}
	return template.HTML(body.String()), nil
}

// day and moment are dates, which static/account.js writes as the person's own clock and language
// have them.
func (e *edition) day(at time.Time) template.HTML { return e.time(`time class="day"`, dayLayout, at) }

func (e *edition) moment(at time.Time) template.HTML { return e.time("time", momentLayout, at) }

func (e *edition) time(tag, layout string, at time.Time) template.HTML {
	return template.HTML("<" + tag + ` datetime="` + at.UTC().Format("2006-01-02T15:04:05Z") + `">` +
		template.HTMLEscapeString(e.date(layout, at)) + "</time>")
}

// bdi isolates a text that others chose from the direction of the sentence around it.
func bdi(s string) template.HTML {
	return template.HTML("<bdi>" + template.HTMLEscapeString(s) + "</bdi>")
}

func strong(s string) template.HTML {
	return template.HTML(`<bdi class="strong">` + template.HTMLEscapeString(s) + "</bdi>")
}

// address breaks a long mail address before its @, not within a name.
func address(s string) template.HTML {
	escaped := template.HTMLEscapeString(s)
	if len(s) > phoneLine {
		escaped = strings.ReplaceAll(escaped, "@", "<wbr>@")
	}
	return template.HTML("<bdi>" + escaped + "</bdi>")
}

func code(s string) template.HTML {
	return template.HTML("<code>" + template.HTMLEscapeString(s) + "</code>")
}

// host breaks a long host before a dot: a line that begins with one is seen to go on.
func host(name string) template.HTML {
	parts := hostParts(name)
	for i := range parts {
		parts[i] = template.HTMLEscapeString(parts[i])
	}
	return template.HTML("<bdi>" + strings.Join(parts, "<wbr>") + "</bdi>")
}

// endonym returns what a language calls itself.
func endonym(tag string) string {
	switch tag {
	case "en":
		return "English"
	case "de":
		return "Deutsch"
	case "es":
		return "Español"
	case "fr":
		return "Français"
	}
	return tag
}
