package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/symbolon-id/symbolon/templates"
)

// Brand is what pages below base show of the organisation.
func (b Branding) Brand(base string) templates.Brand {
	return templates.Brand{Name: b.Name, LogoPath: b.Logo, Accent: b.Accent, Links: b.Links, BasePath: base}
}

const (
	maxLinks     = 6
	maxLinkTitle = 40 // characters
)

// parseLinks reads what is at the foot of every page: a list of title and url.
func parseLinks(text string) ([]templates.Link, error) {
	if text == "" {
		return nil, nil
	}
	var links []templates.Link
	dec := json.NewDecoder(strings.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&links); err != nil {
		return nil, fmt.Errorf("not a list of title and url: %w", err)
	}
	if len(links) > maxLinks {
		return nil, fmt.Errorf("at most %d links", maxLinks)
	}
	for _, l := range links {
		if err := checkLink(l); err != nil {
			return nil, err
		}
	}
	return links, nil
}

func checkLink(l templates.Link) error {
	if n := utf8.RuneCountInString(strings.TrimSpace(l.Title)); n == 0 || n > maxLinkTitle {
		return fmt.Errorf("the title of a link must have 1 to %d characters", maxLinkTitle)
	}
	u, err := url.Parse(l.URL)
	if err != nil || !slices.Contains([]string{"https", "http", "mailto"}, u.Scheme) || u.Scheme != "mailto" && u.Host == "" {
		return errors.New("the url of a link must begin with mailto: or https://")
	}
	return nil
}

// linksSchema is what parseLinks reads, for editors.
func linksSchema() object {
	one := newObject()
	one.set("title", object{"type": "string", "minLength": 1, "maxLength": maxLinkTitle})
	one.set("url", object{"type": "string", "format": "uri"})
	one["required"] = []string{"title", "url"}
	return one
}
