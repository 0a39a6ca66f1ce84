// Package templates is everything a person sees of the server: its pages, its mails and the few
// static files they need. A page is a value of one of the types in page*.go; nothing in here
// decides anything, and nothing on a page is inline, so that the strictest policy passes.
package templates

import (
	"bytes"
	"cmp"
	"embed"
	"fmt"
	"io/fs"
	"net/http"
)

//go:embed pages mail static locales
var files embed.FS

// Pages renders pages and mails and serves the static files. It is safe for concurrent use.
type Pages struct {
	brand     Brand
	assets    *assets
	languages languages
	editions  map[string]*edition // by language
}

// New reads the catalogues and brand.LogoPath; nothing is read from disk afterwards. The templates are
// parsed when a page is first needed.
func New(brand Brand) (*Pages, error) { return newPages(brand, files) }

func newPages(brand Brand, catalogues fs.FS) (*Pages, error) {
	brand.Name = cmp.Or(brand.Name, "Symbolon")
	assets, err := loadAssets(brand)
	if err != nil {
		return nil, err
	}
	locales, err := loadLocales(catalogues)
	if err != nil {
		return nil, err
	}
	p := &Pages{brand: brand, assets: assets, languages: newLanguages(locales), editions: map[string]*edition{}}
	for name, l := range locales {
		p.editions[name] = newEdition(p, l)
	}
	return p, nil
}

// Render writes one page with the status, in the language that the header Content-Language of w
// names. A page that does not render writes nothing and returns the error: the caller can still
// answer.
func (p *Pages) Render(w http.ResponseWriter, status int, page Page) error {
	language := w.Header().Get("Content-Language")
	if _, untranslated := page.(developers); untranslated && language != "" {
		language = "en"
		w.Header().Set("Content-Language", language)
	}
	layout := "layout"
	if form, ok := w.(interface{ Posted() bool }); ok && form.Posted() {
		layout = "answer"
	}
	var body bytes.Buffer
	if err := p.execute(&body, language, layout, page); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if _, err := w.Write(body.Bytes()); err != nil {
		return fmt.Errorf("write page %s: %w", page.template(), err)
	}
	return nil
}

func (p *Pages) execute(body *bytes.Buffer, language, layout string, page Page) error {
	e, err := p.edition(language)
	if err != nil {
		return err
	}
	t := e.pages[page.template()]
	if t == nil {
		return fmt.Errorf("render page %s: no such template", page.template())
	}
	if err := t.ExecuteTemplate(body, layout, page); err != nil {
		return fmt.Errorf("render page %s: %w", page.template(), err)
	}
	return nil
}
