package registration

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/symbolon-id/symbolon/outbound"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// LogoStore keeps one logo for each client.
type LogoStore interface {
	PutClientLogo(ctx context.Context, l storage.ClientLogo) error
	RemoveClientLogo(ctx context.Context, clientID string) error
	// ClientLogo returns the picture of this name, or storage.ErrNotFound.
	ClientLogo(ctx context.Context, name string) ([]byte, error)
}

// Logos are what clients look like. Their own server is asked for it once, when the client is
// registered or names another: people's browsers ask us alone, and get what we have drawn.
type Logos struct {
	Base    string // path of the issuer
	Store   LogoStore
	Fetch   Fetcher
	Rules   Rules
	Limiter web.Limiter
}

// Keep fetches the logo c names and keeps it instead of the one before. Without a logo everything
// works, so callers note the error and go on.
func (l *Logos) Keep(ctx context.Context, c storage.Client) error {
	if c.LogoURI == "" {
		return l.Store.RemoveClientLogo(ctx, c.ID)
	}
	drawn, err := l.fetch(ctx, c.LogoURI)
	if err != nil {
		return errors.Join(err, l.Store.RemoveClientLogo(ctx, c.ID))
	}
	return l.Store.PutClientLogo(ctx, storage.ClientLogo{ClientID: c.ID, Name: nameOfPicture(drawn), PNG: drawn})
}

func (l *Logos) fetch(ctx context.Context, uri string) ([]byte, error) {
	u, err := l.Fetch.Check(uri)
	if err != nil || !l.Rules.mayAsk(u) {
		return nil, Unusable{"logo_uri is not acceptable"}
	}
	if err := mayFetch(ctx, l.Fetch, l.Limiter, uri, outbound.Picture()); err != nil {
		return nil, err
	}
	response, err := l.Fetch.Get(ctx, uri, outbound.Picture())
	if err != nil {
		return nil, fmt.Errorf("fetch logo: %w", err)
	}
	return redraw(response.Body)
}

// keep is Keep for those who have something better to do. A client that nobody here answers for has no
// logo: nothing is fetched, and what it had is removed.
func (l *Logos) keep(ctx context.Context, c storage.Client) {
	if l == nil {
		return
	}
	if !c.Approved && !(isURL(c.ID) && len(l.Rules.AllowHosts) > 0) {
		c.LogoURI = ""
	}
	if err := l.Keep(ctx, c); err != nil {
		web.Annotate(ctx, slog.String("client_logo", reasonOf(err)))
	}
}

// reasonOf is what a log may say: no address, nothing that was received.
func reasonOf(err error) string {
	if failed, ok := errors.AsType[*outbound.Error](err); ok {
		return failed.Reason
	}
	if known, ok := errors.AsType[Unusable](err); ok {
		return known.Reason
	}
	return "not kept"
}

func nameOfPicture(png []byte) string {
	sum := sha256.Sum256(png)
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:])[:26])
}

const logoPath = "/logo/"

// URL is where a browser finds the logo of this name.
func (l *Logos) URL(name string) string { return l.Base + logoPath + name + ".png" }

// Mount registers the logos.
func (l *Logos) Mount(mux *web.Mux) { mux.Static(l.Base+logoPath, http.HandlerFunc(l.serve)) }

// serve answers GET /logo/{name}.png. A name is that of a content, so a browser may keep it for ever.
func (l *Logos) serve(w http.ResponseWriter, r *http.Request) {
	name, ok := strings.CutSuffix(path.Base(r.URL.Path), ".png")
	if !ok || len(name) != 26 || r.URL.Path != l.URL(name) {
		http.NotFound(w, r)
		return
	}
	png, err := l.Store.ClientLogo(r.Context(), name)
	switch {
	case errors.Is(err, storage.ErrNotFound):
		http.NotFound(w, r)
		return
	case err != nil:
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "image/png")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Content-Length", strconv.Itoa(len(png)))
	_, _ = w.Write(png) // the browser went away; nobody is left to tell
}
