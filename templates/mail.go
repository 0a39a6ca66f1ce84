package templates

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"strings"
	texttemplate "text/template"
)

// Mail renders one mail: its subject (one line), its plain text and its HTML. Neither part loads
// anything from anywhere, and each holds the link once.
func (p *Pages) Mail(m Mail) (subject, text, html string, err error) {
	t, ok := p.mails[m.mail()]
	if !ok {
		return "", "", "", fmt.Errorf("render mail %s: no such template", m.mail())
	}
	var head, plainPart, htmlPart bytes.Buffer
	if err := t.text.ExecuteTemplate(&head, "subject", m); err != nil {
		return "", "", "", fmt.Errorf("render mail %s: %w", m.mail(), err)
	}
	if err := t.text.Execute(&plainPart, m); err != nil {
		return "", "", "", fmt.Errorf("render mail %s: %w", m.mail(), err)
	}
	if err := t.html.Execute(&htmlPart, m); err != nil {
		return "", "", "", fmt.Errorf("render mail %s: %w", m.mail(), err)
	}
	return plain(head.String()), strings.TrimLeft(plainPart.String(), "\n"), htmlPart.String(), nil
}

func (p *Pages) parseMails() error {
	names, err := fs.Glob(files, "mail/*.txt")
	if err != nil {
		return fmt.Errorf("list mails: %w", err)
	}
	for _, name := range names {
		if err := p.parseMail(strings.TrimSuffix(path.Base(name), ".txt")); err != nil {
			return err
		}
	}
	return nil
}

// parseMail uses text/template for the text part only: there is no markup to escape, and plain
// keeps a name from adding lines to it.
func (p *Pages) parseMail(key string) error {
	funcs := map[string]any{
		"brand":  func() string { return p.brand.Name },
		"accent": func() string { return p.brand.light() },
		"plain":  plain,
	}
	text, err := texttemplate.New(key+".txt").Funcs(funcs).ParseFS(files, "mail/"+key+".txt")
	if err != nil {
		return fmt.Errorf("parse mail %s: %w", key, err)
	}
	html, err := template.New(key+".html").Funcs(funcs).ParseFS(files, "mail/"+key+".html")
	if err != nil {
		return fmt.Errorf("parse mail %s: %w", key, err)
	}
	p.mails[key] = mailTemplate{text: text, html: html}
	return nil
}
