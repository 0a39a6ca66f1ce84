package templates

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/symbolon-id/symbolon/legible"
)

// Mail renders one mail in its language: its subject (one line), its plain text and its HTML. Neither
// part loads anything from anywhere, and each holds the link once.
func (p *Pages) Mail(m Mail) (subject, text, html string, err error) {
	e, err := p.edition(m.language())
	if err != nil {
		return "", "", "", err
	}
	t, ok := e.mails[m.mail()]
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
	return legible.Clean(head.String()), strings.TrimLeft(plainPart.String(), "\n"), htmlPart.String(), nil
}
