package e2e

import (
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// visitor is somebody with a browser that knows forms, cookies and links, and nothing else.
type visitor struct {
	t    testing.TB
	http *http.Client
	home string // the deployment's issuer, or one node of it
}

func (d *deployment) visitor(t testing.TB) *visitor {
	return &visitor{t: t, http: httpClient(), home: d.issuer}
}

// page is an answer.
type page struct {
	status   int
	header   http.Header
	body     string
	location string
}

func (v *visitor) get(path string) page {
	v.t.Helper()
	return v.send(must[*http.Request](v.t)(http.NewRequest(http.MethodGet, v.at(path), nil)))
}

func (v *visitor) post(path string, form url.Values) page {
	v.t.Helper()
	r := must[*http.Request](v.t)(http.NewRequest(http.MethodPost, v.at(path), strings.NewReader(form.Encode())))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return v.send(r)
}

func (v *visitor) at(path string) string {
	if strings.HasPrefix(path, "http") {
		return path
	}
	return v.home + path
}

func (v *visitor) send(r *http.Request) page {
	v.t.Helper()
	r.Header.Set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	p, err := sent(v.http, r)
	if err != nil {
		v.t.Fatal(err)
	}
	if p.status >= 500 {
		v.t.Errorf("%s %s: %d", r.Method, r.URL.Path, p.status)
	}
	return p
}

func sent(client *http.Client, r *http.Request) (page, error) {
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
	response, err := client.Do(r)
	if err != nil {
		return page{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return page{response.StatusCode, response.Header, string(body), response.Header.Get("Location")}, err
}

// follow opens a page, and what it redirects to, as long as that is ours.
func (v *visitor) follow(p page) page {
	v.t.Helper()
	for range 10 {
		if p.status != http.StatusSeeOther || !(strings.HasPrefix(p.location, "/") || strings.HasPrefix(p.location, v.home)) {
			return p
		}
		p = v.get(p.location)
	}
	v.t.Fatal("redirected ten times")
	return p
}

var (
	formTag  = regexp.MustCompile(`(?s)<form[^>]*action="([^"]*)"[^>]*>(.*?)</form>`)
	inputTag = regexp.MustCompile(`<input[^>]*>`)
	nameAttr = regexp.MustCompile(`name="([^"]*)"`)
	valAttr  = regexp.MustCompile(`value="([^"]*)"`)
)

// form finds the form whose action begins so, with the fields it is filled in with.
func (p page) form(t testing.TB, begin string) (action string, fields url.Values) {
	t.Helper()
	for _, f := range formTag.FindAllStringSubmatch(p.body, -1) {
		if action := html.UnescapeString(f[1]); strings.HasPrefix(action, begin) {
			return action, fieldsOf(f[2])
		}
	}
	t.Fatalf("no form to %s on this page (%d):\n%s", begin, p.status, p.body)
	return "", nil
}

func (p page) has(begin string) bool { return strings.Contains(p.body, `action="`+begin) }

func fieldsOf(form string) url.Values {
	fields := url.Values{}
	for _, input := range inputTag.FindAllString(form, -1) {
		if name := nameAttr.FindStringSubmatch(input); name != nil {
			value := ""
			if v := valAttr.FindStringSubmatch(input); v != nil {
				value = html.UnescapeString(v[1])
			}
			fields.Set(name[1], value)
		}
	}
	return fields
}

// submit sends a form of the page with these fields changed.
func (v *visitor) submit(p page, begin string, changes ...string) page {
	v.t.Helper()
	action, fields := p.form(v.t, begin)
	for i := 0; i+1 < len(changes); i += 2 {
		fields.Set(changes[i], changes[i+1])
	}
	return v.post(action, fields)
}

// askForMail goes from the sign-in page to the one that asks for the code, and waits for the mail.
func (v *visitor) askForMail(d *deployment, signIn page, who person) (codePage page, l letter) {
	v.t.Helper()
	before := len(d.post.to(who.email))
	codePage = v.follow(v.submit(signIn, "/login/mail", "email", who.email))
	return codePage, d.post.awaitCode(v.t, who.email, before)
}

// signIn signs in by the mailed code and returns the page after it.
func (v *visitor) signIn(d *deployment, signIn page, who person) page {
	v.t.Helper()
	codePage, l := v.askForMail(d, signIn, who)
	p := v.submit(codePage, "/login/mail/code", "code", l.code)
	if p.status != http.StatusSeeOther {
		v.t.Fatalf("the right code was answered with %d:\n%s", p.status, p.body)
	}
	v.rememberCookies()
	return v.follow(p)
}

// rememberCookies: the value of a cookie is a secret like any other.
func (v *visitor) rememberCookies() {
	home := must[*url.URL](v.t)(url.Parse(v.home))
	for _, c := range v.http.Jar.Cookies(home) {
		lab.seen.secret("cookie "+c.Name, c.Value)
	}
}

// arrive goes on from any page of the flow until the browser would leave for the client, and returns
// the parameters the client gets.
func (v *visitor) arrive(d *deployment, p page, who person) url.Values {
	v.t.Helper()
	p = v.follow(p)
	if p.has("/login/mail") {
		p = v.signIn(d, p, who)
	}
	if p.has("/consent") {
		p = v.follow(v.submit(p, "/consent", "decision", "allow"))
	}
	return v.handedOver(p)
}

// handedOver reads the response that the browser would carry to the client.
func (v *visitor) handedOver(p page) url.Values {
	v.t.Helper()
	target := p.location
	if p.status == http.StatusOK {
		_, target, _ = strings.Cut(p.header.Get("Refresh"), "url=")
	}
	u, err := url.Parse(target)
	if err != nil || target == "" {
		v.t.Fatalf("the browser is not sent to the client (%d):\n%s", p.status, p.body)
	}
	answer := u.Query()
	lab.seen.secret("code", answer.Get("code"))
	return answer
}
