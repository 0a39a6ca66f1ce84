// Package apps is the catalogue of known applications that people sign in to: what to register for
// each, and what to write into its own configuration. Each is a file here: "key: value" lines, "---",
// then the text of that configuration.
package apps

import (
	"errors"
	"fmt"
	"strings"
	"text/template"

	"github.com/symbolon-id/symbolon/storage"
)

// Application is a known program that people sign in to.
type Application struct {
	Name, Title  string
	Follows      string // the documentation, and the version, that the text was written by
	File         string // where the text belongs
	Note         string
	redirects    []string
	postLogout   []string
	scopes       []string
	public       bool
	pkceOptional bool
	text         *template.Template
}

func read(name, content string) (Application, error) {
	head, body, ok := strings.Cut(content, "\n---\n")
	if !ok {
		return Application{}, errors.New("there is no --- line")
	}
	a := Application{Name: name}
	for line := range strings.Lines(head) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		if !a.set(key, value) {
			return a, fmt.Errorf("%q is no line of an application", line)
		}
	}
	var err error
	a.text, err = template.New(name).Option("missingkey=error").Parse(body)
	return a, err
}

func (a *Application) set(key, value string) bool {
	switch key {
	case "title":
		a.Title = value
	case "follows":
		a.Follows = value
	case "redirect":
		a.redirects = append(a.redirects, value)
	case "post-logout":
		a.postLogout = append(a.postLogout, value)
	case "scope":
		a.scopes = strings.Fields(value)
	case "file":
		a.File = value
	case "note":
		a.Note = value
	case "public":
		a.public = value == "yes"
	case "pkce":
		a.pkceOptional = value == "optional"
	default:
		return false
	}
	return true
}

// NeedsURL reports whether people's browsers come back to an address of the application's own.
func (a Application) NeedsURL() bool {
	return strings.Contains(strings.Join(append(a.redirects, a.postLogout...), " "), "{url}")
}

// Client returns what is registered for an application at this address.
func (a Application) Client(address string) storage.Client {
	at := func(patterns []string) []string {
		var all []string
		for _, pattern := range patterns {
			all = append(all, strings.ReplaceAll(pattern, "{url}", address))
		}
		return all
	}
	return storage.Client{Name: a.Title, ClientMetadata: storage.ClientMetadata{
		Public: a.public, PKCEOptional: a.pkceOptional, Scopes: a.scopes,
		RedirectURIs: at(a.redirects), PostLogoutRedirectURIs: at(a.postLogout),
	}}
}

// Configuration returns the text with every value filled in.
func (a Application) Configuration(v Values) (string, error) {
	var text strings.Builder
	err := a.text.Execute(&text, v)
	return text.String(), err
}
