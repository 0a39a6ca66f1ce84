// Package templates is everything a person sees of the server: its pages, its mails and the few
// static files they need. A page is a value of one of the types in page*.go; nothing in here
// decides anything, and nothing on a page is inline, so that the strictest policy passes.
package templates

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	texttemplate "text/template"
)

//go:embed pages mail static
var files embed.FS

// Pages renders pages and mails and serves the static files. It is safe for concurrent use.
type Pages struct {
	brand  Brand
	assets *assets
	base   *template.Template // the layout, its parts and the offers, which every page shares
	pages  map[string]*template.Template
	mails  map[string]mailTemplate
}

// New parses every template and renders each once, so that a broken one stops the start and not a
// sign-in. It reads brand.LogoPath; nothing is read from disk afterwards.
func New(brand Brand) (*Pages, error) {
	if brand.Name == "" {
		brand.Name = "Symbolon"
	}
	p := &Pages{brand: brand, pages: map[string]*template.Template{}, mails: map[string]mailTemplate{}}
	var err error
	if p.assets, err = loadAssets(brand); err != nil {
		return nil, err
	}
	if err := p.parsePages(); err != nil {
		return nil, err
	}
	if err := p.parseMails(); err != nil {
		return nil, err
	}
	return p, p.rehearse()
}

// Render writes one page with the status. A page that does not render writes nothing and returns
// the error: the caller can still answer.
func (p *Pages) Render(w http.ResponseWriter, status int, page Page) error {
	var body bytes.Buffer
	if err := p.execute(&body, page); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if _, err := w.Write(body.Bytes()); err != nil {
		return fmt.Errorf("write page %s: %w", page.template(), err)
	}
	return nil
}

func (p *Pages) execute(body *bytes.Buffer, page Page) error {
	t := p.pages[page.template()]
	if t == nil {
		return fmt.Errorf("render page %s: no such template", page.template())
	}
	if err := t.ExecuteTemplate(body, "layout", page); err != nil {
		return fmt.Errorf("render page %s: %w", page.template(), err)
	}
	return nil
}

// rehearse renders the specimens, which take every branch that differs in data.
func (p *Pages) rehearse() error {
	for _, page := range specimens() {
		if err := p.execute(new(bytes.Buffer), page); err != nil {
			return err
		}
	}
	for _, mail := range mailSpecimens() {
		if _, _, _, err := p.Mail(mail); err != nil {
			return err
		}
	}
	return nil
}

// parsePages gives each page its own copy of the layout, because every page defines "main".
func (p *Pages) parsePages() error {
	var err error
	p.base, err = template.New("layout").Funcs(p.funcs()).ParseFS(files, "pages/layout.html", "pages/part-*.html", "pages/offer-*.html")
	if err != nil {
		return fmt.Errorf("parse layout: %w", err)
	}
	names, err := fs.Glob(files, "pages/*.html")
	if err != nil {
		return fmt.Errorf("list pages: %w", err)
	}
	for _, name := range names {
		key := strings.TrimSuffix(path.Base(name), ".html")
		if p.base.Lookup(key+".html") != nil {
			continue
		}
		if p.pages[key], err = template.Must(p.base.Clone()).ParseFS(files, name); err != nil {
			return fmt.Errorf("parse page %s: %w", key, err)
		}
	}
	return nil
}

func (p *Pages) funcs() template.FuncMap {
	return template.FuncMap{
		"brand":     func() string { return p.brand.Name },
		"logo":      func() string { return p.assets.url("logo") },
		"static":    p.assets.url,
		"offer":     p.offer,
		"leave":     leave,
		"plain":     plain,
		"pieces":    pieces,
		"hostParts": hostParts,

		"frame":         frame,
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

// offer renders one method's part of the sign-in page: html/template cannot call a template by a
// name it learns at run time. Its result was escaped for the same context it is placed in.
func (p *Pages) offer(o Offer) (template.HTML, error) {
	var body bytes.Buffer
	if err := p.base.ExecuteTemplate(&body, o.offer()+".html", o); err != nil {
		return "", err
	}
	return template.HTML(body.String()), nil
}

type mailTemplate struct {
	text *texttemplate.Template
	html *template.Template
}
