package templates

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
)

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
		a.add(path.Base(name), path.Ext(name), margins.ReplaceAll(body, nil))
	}
	if err := a.addAccent(brand); err != nil {
		return nil, err
	}
	return a, a.addLogo(brand)
}

// margins are what only readers of the source need: indentation, and lines of comments.
var margins = regexp.MustCompile(`(?m)^[ \t]*(?://.*\n)?`)

// Check returns an error unless New can use b.
func (b Brand) Check() error {
	_, err := loadAssets(b)
	return err
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

func zip(body []byte) []byte {
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // errs on an invalid level only
	_, err := w.Write(body)
	if err := errors.Join(err, w.Close()); err != nil || out.Len() >= len(body) {
		return nil
	}
	return out.Bytes()
}
