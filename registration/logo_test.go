package registration_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/symbolon-id/symbolon/registration"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
	"github.com/symbolon-id/symbolon/storage/storagetest"
	"github.com/symbolon-id/symbolon/web"
)

// picture is a blue rectangle.
func picture(width, height int) image.Image {
	p := image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{color.NRGBA{B: 200, A: 255}, color.Black})
	return p
}

func encoded(t *testing.T, kind string, p image.Image) string {
	t.Helper()
	var file bytes.Buffer
	err := map[string]func() error{
		"png":  func() error { return png.Encode(&file, p) },
		"jpeg": func() error { return jpeg.Encode(&file, p, nil) },
		"gif":  func() error { return gif.Encode(&file, p, nil) },
	}[kind]()
	if err != nil {
		t.Fatal(err)
	}
	return file.String()
}

// gallery is the logos of db, fetched from s.
func (s *site) gallery(db *durable.DB) *registration.Logos {
	return &registration.Logos{
		Base: "/p", Store: db, Fetch: s.fetcher(), Limiter: web.Limiter{Counter: newCounter()},
	}
}

func (s *site) serve(media, file string) {
	s.set(func() { s.header.Set("Content-Type", media); s.document = file })
}

func TestLogoIsDrawnAnew(t *testing.T) {
	everywhere(t, func(t *testing.T, db *durable.DB) {
		s := newSite(t)
		logos := s.gallery(db)
		c := storage.Client{ID: "c_app", Kind: storage.KindApp, Name: "App"}
		c.LogoURI = s.url("/logo")
		if err := db.CreateClient(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		for kind, size := range map[string][4]int{"png": {1000, 500, 256, 128}, "jpeg": {300, 300, 256, 256}, "gif": {40, 20, 40, 20}} {
			file := encoded(t, kind, picture(size[0], size[1]))
			s.serve("text/html", file+"<script>alert(1)</script>") // what it is, its bytes say
			if err := logos.Keep(t.Context(), c); err != nil {
				t.Fatalf("%s: %v", kind, err)
			}
			name, err := db.ClientLogoName(t.Context(), c.ID)
			if err != nil {
				t.Fatal(err)
			}
			got := look(logos, logos.URL(name))
			drawn, err := png.Decode(bytes.NewReader(got.Body.Bytes()))
			if err != nil || drawn.Bounds().Dx() != size[2] || drawn.Bounds().Dy() != size[3] {
				t.Fatalf("%s: %v, %v", kind, drawn, err)
			}
			if r, _, b, a := drawn.At(1, 1).RGBA(); r>>8 > 10 || b>>8 < 190 || a>>8 != 255 {
				t.Errorf("%s is drawn in %v", kind, drawn.At(1, 1))
			}
			if strings.Contains(got.Body.String(), "script") {
				t.Errorf("%s: what hung behind the picture is still there", kind)
			}
			h := got.Header()
			if h.Get("Content-Type") != "image/png" || h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") ||
				!strings.Contains(h.Get("Cache-Control"), "immutable") {
				t.Errorf("%v", h)
			}
		}
	})
}

func look(logos *registration.Logos, path string) *httptest.ResponseRecorder {
	mux := web.NewMux(web.MuxOptions{})
	logos.Mount(mux)
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

func TestWhatIsNoPictureIsNotKept(t *testing.T) {
	s, db := newSite(t), storagetest.SQLite(t)
	logos := s.gallery(db)
	c := storage.Client{ID: "c_app", Kind: storage.KindApp, Name: "App"}
	c.LogoURI = s.url("/logo")
	if err := db.CreateClient(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	whole := encoded(t, "png", picture(10, 10))
	for name, file := range map[string]string{
		"SVG":          `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`,
		"SVG with XML": `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>`,
		"HTML":         "<html><body>x", "nothing": "", "text": "logo", "WebP": "RIFF\x00\x00\x00\x00WEBPVP8 ",
		"half a picture": whole[:len(whole)/2], "only its beginning": whole[:8],
		"a bomb":    encoded(t, "png", picture(3000, 3000)),
		"too large": whole + strings.Repeat("x", 100<<10),
	} {
		s.serve("image/png", file)
		if err := s.gallery(db).Keep(t.Context(), c); err == nil {
			t.Errorf("%s is kept", name)
		}
		if _, err := db.ClientLogoName(t.Context(), c.ID); !errors.Is(err, storage.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, uri := range []string{"https://127.0.0.1/logo", "http://localhost/logo", "https://issuer.example.com/logo", "https://10.0.0.1/x"} {
		before := s.hits.Load()
		c.LogoURI = uri
		if err := logos.Keep(t.Context(), c); err == nil || s.hits.Load() != before {
			t.Errorf("%s was asked", uri)
		}
	}
}

func TestOldLogoGoesWithItsAddress(t *testing.T) {
	s, db := newSite(t), storagetest.SQLite(t)
	c := storage.Client{ID: "c_app", Kind: storage.KindApp, Name: "App"}
	if err := db.CreateClient(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	s.serve("image/png", encoded(t, "png", picture(10, 10)))
	for name, uri := range map[string]string{"none": "", "unreachable": "https://nobody.example.com/logo"} {
		c.LogoURI = s.url("/logo")
		if err := s.gallery(db).Keep(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		c.LogoURI = uri
		_ = s.gallery(db).Keep(t.Context(), c)
		if _, err := db.ClientLogoName(t.Context(), c.ID); !errors.Is(err, storage.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLogoGoesWithItsClient(t *testing.T) {
	everywhere(t, func(t *testing.T, db *durable.DB) {
		logos := newSite(t).gallery(db)
		for _, id := range []string{"c_one", "c_two"} {
			if err := db.CreateClient(t.Context(), storage.Client{ID: id, Kind: storage.KindApp, Name: "App"}); err != nil {
				t.Fatal(err)
			}
			if err := db.PutClientLogo(t.Context(), storage.ClientLogo{ClientID: id, Name: strings.Repeat("a", 26), PNG: []byte(id)}); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.PutClientLogo(t.Context(), storage.ClientLogo{ClientID: "c_none", Name: "n", PNG: []byte("x")}); !errors.Is(err, storage.ErrNotFound) {
			t.Errorf("of nobody: %v", err)
		}
		for i, id := range []string{"c_one", "c_two"} { // the same picture: the name lives as long as one of them
			if err := db.DeleteClient(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			if got := look(logos, logos.URL(strings.Repeat("a", 26))); got.Code != []int{http.StatusOK, http.StatusNotFound}[i] {
				t.Errorf("after %s: %d", id, got.Code)
			}
		}
	})
}

func TestUnknownLogosAreNotFound(t *testing.T) {
	logos := newSite(t).gallery(storagetest.SQLite(t))
	for _, path := range []string{"/p/logo/", "/p/logo/x.png", "/p/logo/" + strings.Repeat("a", 26), "/p/logo/a/" + strings.Repeat("a", 26) + ".png", "/p/logo/" + strings.Repeat("a", 26) + ".png"} {
		if got := look(logos, path); got.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.Code)
		}
	}
}

func TestNoLogoKeepsNobodyFromSigningIn(t *testing.T) {
	everywhere(t, func(t *testing.T, db *durable.DB) {
		s := newSite(t)
		clients := s.clients(db)
		clients.Logos = s.gallery(db)
		s.publish(map[string]any{"logo_uri": s.url("/logo.svg"), "client_uri": "https://app.example.com/", "tos_uri": "javascript:alert(1)", "policy_uri": "http://app.example.com/"})
		c, err := clients.Client(t.Context(), s.id())
		if err != nil || c.ClientURI != "https://app.example.com/" || c.TOSURI != "" || c.PolicyURI != "" || c.LogoURI == "" {
			t.Errorf("%+v, %v", c.ClientLinks, err)
		}
		d := open(t, db, func(e *registration.Endpoint) { e.Logos = s.gallery(db) })
		got := d.register(t, app("logo_uri", "https://nobody.example.com/logo.png", "policy_uri", "https://app.example/privacy", "tos_uri", "http://app.example/terms"))
		if got.StatusCode != http.StatusCreated || got.get("logo_uri") == "" || got.get("policy_uri") == "" || got.json["tos_uri"] != nil {
			t.Errorf("%d %s", got.StatusCode, got.text)
		}
	})
}

// What nobody here answers for costs a fetch of its picture neither when it is read nor when it is allowed.
func TestLogoIsFetchedOnceAndWhenItsAddressChanges(t *testing.T) {
	s, db := newSite(t), storagetest.SQLite(t)
	plain, drawn := s.Config.Handler, encoded(t, "png", picture(10, 10))
	asked := 0
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/logo") {
			asked++
			if accept := r.Header.Get("Accept"); !strings.HasPrefix(accept, "image/") {
				t.Errorf("it asks for %s", accept)
			}
			_, _ = w.Write([]byte(drawn))
			return
		}
		plain.ServeHTTP(w, r)
	})
	clients := s.clients(db)
	clients.Logos = s.gallery(db)
	for _, step := range []struct {
		uri   string
		known []string // hosts that the operator knows
		asked int
	}{{"/logo0", nil, 0}, {"/logo1", []string{"example.com"}, 1}, {"/logo1", []string{"example.com"}, 1}, {"/logo2", []string{"example.com"}, 2}} {
		s.publish(map[string]any{"logo_uri": s.url(step.uri)})
		clients.Logos.Rules.AllowHosts = step.known
		s.allowed(t, clients)
		if _, err := clients.Client(t.Context(), s.id()); err != nil || asked != step.asked {
			t.Errorf("%s: %v, asked %d times", step.uri, err, asked)
		}
	}
	if _, err := db.ClientLogoName(t.Context(), s.id()); err != nil {
		t.Error(err)
	}
}
