package templates

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path"
	"strconv"
	"strings"
)

// StaticPrefix is where Static is mounted, below the path of the issuer.
const StaticPrefix = "/static/"

// asset is one static file, ready to be written.
type asset struct {
	name        string // with the hash of its content: symbolon.3f2a9c01.css
	contentType string
	body        []byte
	zipped      []byte // nil when compressing does not help
}

// assets are found by the name they have in the source ("symbolon.css"), the logo by "logo".
type assets struct {
	prefix string
	byName map[string]asset
}

// Static serves the files that the pages refer to. A name changes with the content, so a browser
// may keep a file for ever.
func (p *Pages) Static() http.Handler { return http.HandlerFunc(p.assets.serve) }

func (a *assets) serve(w http.ResponseWriter, r *http.Request) {
	name := path.Base(r.URL.Path)
	file, found := a.byName[unhashed(name)]
	if !found || (r.Method != http.MethodGet && r.Method != http.MethodHead) {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", file.contentType)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox") // a logo opened by itself stays inert
	h.Set("Vary", "Accept-Encoding")
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	if name != file.name { // a page from another version during a rolling update
		h.Set("Cache-Control", "no-store")
	}
	body := file.body
	if file.zipped != nil && acceptsGzip(r) {
		h.Set("Content-Encoding", "gzip")
		body = file.zipped
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // the browser went away; nobody is left to tell
}

// url is where a page finds the file; "" when there is none, as without a logo.
func (a *assets) url(name string) string {
	file, found := a.byName[name]
	if !found {
		return ""
	}
	return a.prefix + file.name
}

func acceptsGzip(r *http.Request) bool {
	for _, coding := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, weighed := strings.Cut(strings.ReplaceAll(coding, " ", ""), ";q=")
		if strings.EqualFold(name, "gzip") {
			return !weighed || strings.Trim(weight, "0.") != "" // q=0 is a refusal, RFC 9110 §12.4.2
		}
	}
	return false
}

func loadAssets(brand Brand) (*assets, error) {
	a := &assets{prefix: strings.TrimSuffix(brand.BasePath, "/") + StaticPrefix, byName: map[string]asset{}}
	names, err := fs.Glob(files, "static/*")
	if err != nil {
		return nil, fmt.Errorf("list static files: %w", err)
	}
	for _, name := range names {
		body, err := files.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read static file: %w", err)
		}
		a.add(path.Base(name), path.Ext(name), body)
	}
	if err := a.addAccent(brand); err != nil {
		return nil, err
	}
	return a, a.addLogo(brand)
}

// addAccent puts the accent into the stylesheet: a file of its own would be one more request.
func (a *assets) addAccent(brand Brand) error {
	if brand.Accent == "" {
		return nil
	}
	if _, err := parseColor(brand.Accent); err != nil {
		return err
	}
	css := a.byName["symbolon.css"].body
	a.add("symbolon.css", ".css", append(css, brand.stylesheet()...))
	return nil
}

func (a *assets) addLogo(brand Brand) error {
	if brand.LogoPath == "" {
		return nil
	}
	logo, err := os.ReadFile(brand.LogoPath)
	if err != nil {
		return fmt.Errorf("read logo: %w", err)
	}
	ext := strings.ToLower(path.Ext(brand.LogoPath))
	if !strings.HasPrefix(contentTypes[ext], "image/") {
		return errors.New("read logo: want a .svg, .png, .webp or .jpg file")
	}
	if len(logo) > 64<<10 {
		return fmt.Errorf("read logo: %d bytes; at most 64 KiB, every sign-in loads it", len(logo))
	}
	a.add("logo", ext, logo)
	return nil
}

// contentTypes is ours because the mime package asks the machine it runs on.
var contentTypes = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
	".svg": "image/svg+xml", ".png": "image/png", ".webp": "image/webp", ".jpg": "image/jpeg", ".jpeg": "image/jpeg",
}

func (a *assets) add(name, ext string, body []byte) {
	sum := sha256.Sum256(body)
	hashed := strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:4]) + ext
	a.byName[name] = asset{name: hashed, contentType: contentTypes[ext], body: body, zipped: zip(body)}
}

// unhashed is the name in the source: symbolon.3f2a9c01.css is symbolon.css, and logo.….png is logo.
func unhashed(name string) string {
	parts := strings.Split(name, ".")
	if len(parts) != 3 {
		return ""
	}
	if parts[0] == "logo" {
		return "logo"
	}
	return parts[0] + "." + parts[2]
}

func zip(body []byte) []byte {
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // errs on a wrong level only
	_, err := w.Write(body)
	if err := errors.Join(err, w.Close()); err != nil || out.Len() >= len(body) {
		return nil
	}
	return out.Bytes()
}
