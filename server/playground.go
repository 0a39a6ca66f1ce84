package server

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/symbolon-id/symbolon/relyingparty"
	"github.com/symbolon-id/symbolon/templates"
	"github.com/symbolon-id/symbolon/web"
)

// playground is a small relying party in the same process: it walks the code flow as any
// application would, over HTTP, and shows every request, response and decoded token.
type playground struct {
	site    web.Site
	client  demoClient
	pages   *templates.Pages
	browser web.Browser

	mu    sync.Mutex
	walks map[string]*walk // by browser
}

// walk is one browser's code flow.
type walk struct {
	client  *relyingparty.Client
	request *relyingparty.Request
	calls   *recording
	began   time.Time
}

const walkLife = time.Hour

func newPlayground(site web.Site, c demoClient, pages *templates.Pages, browser web.Browser) *playground {
	return &playground{site: site, client: c, pages: pages, browser: browser, walks: map[string]*walk{}}
}

func (p *playground) Mount(mux *web.Mux) {
	mux.Page("GET /dev/playground", p.show)
	mux.Page("GET /dev/playground/start", p.start)
	mux.Page("GET /dev/playground/callback", p.callback)
}

func (p *playground) redirectURI() string { return p.site.URL("/dev/playground/callback") }

func (p *playground) show(w http.ResponseWriter, r *http.Request) error {
	return p.render(w, p.walkOf(p.browser.ID(r)), nil)
}

func (p *playground) render(w http.ResponseWriter, so *walk, failed error) error {
	page := templates.Playground{StartURL: p.site.Path("/dev/playground/start")}
	if so != nil {
		page.Steps = so.calls.steps()
	}
	if failed != nil {
		page.Error = failed.Error()
	}
	return p.pages.Render(w, http.StatusOK, page)
}

func (p *playground) walkOf(browser string) *walk {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.walks[browser]
}

// start begins a walk and sends the browser to /authorize.
func (p *playground) start(w http.ResponseWriter, r *http.Request) error {
	begun := &walk{request: relyingparty.NewRequest(p.redirectURI()), calls: &recording{}, began: time.Now()}
	var err error
	begun.client, err = relyingparty.Discover(r.Context(), p.site.Issuer, relyingparty.Registration{
		ClientID: p.client.ID, Secret: p.client.Secret, Scopes: []string{"openid", "profile", "email", "offline_access"}, Transport: begun.calls,
	})
	if err != nil {
		return p.render(w, begun, err)
	}
	address := begun.client.URL(begun.request)
	endpoint, query, _ := strings.Cut(address, "?")
	begun.calls.add(templates.PlaygroundStep{
		Title: "Authorization request", Method: http.MethodGet, URL: endpoint, Request: lines(query),
	})
	p.keep(p.browser.Ensure(w, r), begun)
	http.Redirect(w, r, address, http.StatusSeeOther)
	return nil
}

// keep forgets old walks while it is at it.
func (p *playground) keep(browser string, begun *walk) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, old := range p.walks {
		if time.Since(old.began) > walkLife {
			delete(p.walks, id)
		}
	}
	p.walks[browser] = begun
}

// callback redeems the code, asks userinfo and refreshes once.
func (p *playground) callback(w http.ResponseWriter, r *http.Request) error {
	so := p.walkOf(p.browser.ID(r))
	if so == nil {
		return p.render(w, nil, errors.New("this browser has not started here: start again"))
	}
	so.calls.add(templates.PlaygroundStep{
		Title: "Authorization response", Method: http.MethodGet, URL: p.redirectURI(), Response: lines(r.URL.RawQuery),
	})
	return p.render(w, so, so.redeem(r.Context(), r.URL.Query()))
}

func (so *walk) redeem(ctx context.Context, response url.Values) error {
	tokens, err := so.client.Redeem(ctx, so.request, response)
	if err != nil {
		return err
	}
	if _, err := so.client.Userinfo(ctx, tokens); err != nil {
		return err
	}
	_, err = so.client.Refresh(ctx, tokens.RefreshToken)
	return err
}
