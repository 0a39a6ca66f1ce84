package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"text/template"

	"github.com/spf13/cobra"
	"github.com/symbolon-id/symbolon/storage"
)

// application is somebody else's program that people sign in to: what to register for it, and what to
// write into its configuration. Each is a file of apps/: "key: value" lines, "---", then the text.
type application struct {
	name, title          string
	follows              string // the documentation, and the version, that the text was written by
	redirects            []string
	postLogout           []string
	scopes               []string
	file                 string // where the text belongs
	note                 string
	public, pkceOptional bool
	text                 *template.Template
}

// blanks is what the text of an application is filled in with.
type blanks struct{ Issuer, URL, ClientID, ClientSecret string }

// Random is a secret of the application's own, 32 characters.
func (blanks) Random() string {
	key := make([]byte, 16)
	_, _ = rand.Read(key) // never fails
	return hex.EncodeToString(key)
}

func readApplication(name, content string) (application, error) {
	head, body, ok := strings.Cut(content, "\n---\n")
	if !ok {
		return application{}, errors.New("there is no --- line")
	}
	a := application{name: name}
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

func (a *application) set(key, value string) bool {
	switch key {
	case "title":
		a.title = value
	case "follows":
		a.follows = value
	case "redirect":
		a.redirects = append(a.redirects, value)
	case "post-logout":
		a.postLogout = append(a.postLogout, value)
	case "scope":
		a.scopes = strings.Fields(value)
	case "file":
		a.file = value
	case "note":
		a.note = value
	case "public":
		a.public = value == "yes"
	case "pkce":
		a.pkceOptional = value == "optional"
	default:
		return false
	}
	return true
}

// IssuerHost is our host, with its port if it has one, for lists of places to go on to.
func (b blanks) IssuerHost() string {
	_, host, _ := strings.Cut(b.Issuer, "://")
	host, _, _ = strings.Cut(host, "/")
	return host
}

// Plain tells whether the application is being tried out at http://localhost, where not every browser
// keeps a cookie that is for https only.
func (b blanks) Plain() bool { return strings.HasPrefix(b.URL, "http:") }

// needsURL tells whether people's browsers come back to an address of its own.
func (a application) needsURL() bool {
	return strings.Contains(strings.Join(append(a.redirects, a.postLogout...), " "), "{url}")
}

// client is what is registered for an application at this address. What flags say goes before it.
func (a application) client(address string) storage.Client {
	at := func(patterns []string) []string {
		var all []string
		for _, pattern := range patterns {
			all = append(all, strings.ReplaceAll(pattern, "{url}", address))
		}
		return all
	}
	return storage.Client{Name: a.title, ClientMetadata: storage.ClientMetadata{
		Public: a.public, PKCEOptional: a.pkceOptional, Scopes: a.scopes,
		RedirectURIs: at(a.redirects), PostLogoutRedirectURIs: at(a.postLogout),
	}}
}

// configure is the text with everything filled in.
func (a application) configure(b blanks) (string, error) {
	var text strings.Builder
	err := a.text.Execute(&text, b)
	return text.String(), err
}

// appView is how an application is printed after its client.
type appView struct {
	Name          string `json:"name"`
	File          string `json:"file"`
	Configuration string `json:"configuration"`
	Note          string `json:"note,omitempty"`
	Follows       string `json:"follows"`
}

func (v appView) write(w io.Writer) {
	fmt.Fprintf(w, "\n# Where: %s\n# By: %s\n\n%s", v.File, v.Follows, v.Configuration)
}

// appFlags are those of client create that have to do with applications.
type appFlags struct{ name, url string }

func addAppFlags(cmd *cobra.Command) *appFlags {
	f := &appFlags{}
	cmd.Flags().StringVar(&f.name, "app", "", "register `NAME`, a known application, and print its configuration; list: which there are")
	cmd.Flags().StringVar(&f.url, "url", "", "`URL` of that application, such as https://grafana.example")
	return f
}

// choose returns the application that was named, nil when none was.
func (f *appFlags) choose() (*application, error) {
	switch {
	case f.name == "" && f.url == "":
		return nil, nil
	case f.name == "":
		return nil, usagef("--url is the address of an application: name it with --app")
	}
	app, err := findApplication(f.name)
	if err != nil {
		return nil, err
	}
	if app.needsURL() && f.url == "" {
		return nil, usagef("--url is required: the URL at which users open %s", app.title)
	}
	return &app, f.checkURL()
}

// checkURL wants an origin, or a path below one. Redirect URIs made of it pass the validator, too.
func (f *appFlags) checkURL() error {
	if f.url == "" {
		return nil
	}
	u, err := url.Parse(f.url)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || strings.Contains(f.url, "#") {
		return usagef("--url %q is no address such as https://grafana.example", f.url)
	}
	f.url = strings.TrimSuffix(f.url, "/")
	return nil
}
