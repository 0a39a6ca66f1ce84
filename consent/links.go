package consent

import (
	"context"
	"errors"
	"net/url"

	"github.com/symbolon-id/symbolon/interaction"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/templates"
)

// links are what the app says of itself elsewhere. Each is shown with the host it leads to.
func links(q *interaction.Request) []templates.ConsentLink {
	var all []templates.ConsentLink
	for _, l := range []templates.ConsentLink{
		{Name: "Website", URL: q.Links.ClientURI},
		{Name: "Privacy policy", URL: q.Links.PolicyURI},
		{Name: "Terms", URL: q.Links.TOSURI},
	} {
		if u, err := url.Parse(l.URL); err == nil && u.Scheme == "https" {
			l.Host = u.Host
			all = append(all, l)
		}
	}
	return all
}

// logo returns where the picture of the app is, "" without one. Software that no operator answers for shows none:
// a picture says "you know me".
func (a *Asker) logo(ctx context.Context, q *interaction.Request, t trust) (string, error) {
	if q.Links.LogoURI == "" || t.unverified() || a.LogoURL == nil {
		return "", nil
	}
	name, err := a.Store.ClientLogoName(ctx, q.ClientID)
	if errors.Is(err, storage.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return a.LogoURL(name), nil
}
