package templates

import (
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"strings"
	"sync"
	texttemplate "text/template"
)

// edition is all pages and mails in one language. It is parsed when it is first needed.
type edition struct {
	*locale
	of     *Pages
	parsed func() error       // parses once, at the first call
	base   *template.Template // the layout, its parts and the offers, which every page shares
	pages  map[string]*template.Template
	mails  map[string]mailTemplate
}

type mailTemplate struct {
	text *texttemplate.Template
	html *template.Template
}

func newEdition(p *Pages, l *locale) *edition {
	e := &edition{locale: l, of: p, pages: map[string]*template.Template{}, mails: map[string]mailTemplate{}}
	e.parsed = sync.OnceValue(func() error {
		if err := e.parsePages(); err != nil {
			return err
		}
		return e.parseMails()
	})
	return e
}

// edition returns the one in the language, or the English one.
func (p *Pages) edition(language string) (*edition, error) {
	e := p.editions[language]
	if e == nil {
		e = p.editions["en"]
	}
	return e, e.parsed()
}

// parsePages gives each page its own copy of the layout, because every page defines "main".
func (e *edition) parsePages() error {
	var err error
	e.base, err = template.New("layout").Funcs(e.funcs()).ParseFS(files, "pages/layout.html", "pages/part-*.html", "pages/offer-*.html")
	if err != nil {
		return fmt.Errorf("parse layout: %w", err)
	}
	names, err := fs.Glob(files, "pages/*.html")
	if err != nil {
		return fmt.Errorf("list pages: %w", err)
	}
	for _, name := range names {
		key := strings.TrimSuffix(path.Base(name), ".html")
		if e.base.Lookup(key+".html") != nil {
			continue
		}
		if e.pages[key], err = template.Must(e.base.Clone()).ParseFS(files, name); err != nil {
			return fmt.Errorf("parse page %s: %w", key, err)
		}
	}
	return nil
}

func (e *edition) parseMails() error {
	names, err := fs.Glob(files, "mail/*.txt")
	if err != nil {
		return fmt.Errorf("list mails: %w", err)
	}
	for _, name := range names {
		if err := e.parseMail(strings.TrimSuffix(path.Base(name), ".txt")); err != nil {
			return err
		}
	}
	return nil
}

// parseMail uses text/template for the text part only: there is no markup to escape, and plain
// keeps a name from adding lines to it.
func (e *edition) parseMail(key string) error {
	text, err := texttemplate.New(key+".txt").Funcs(e.mailFuncs()).ParseFS(files, "mail/"+key+".txt")
	if err != nil {
		return fmt.Errorf("parse mail %s: %w", key, err)
	}
	html, err := template.New(key+".html").Funcs(e.mailFuncs()).ParseFS(files, "mail/"+key+".html")
	if err != nil {
		return fmt.Errorf("parse mail %s: %w", key, err)
	}
	e.mails[key] = mailTemplate{text: text, html: html}
	return nil
}
