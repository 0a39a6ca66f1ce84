package oauth

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

func formRequest(body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/token", strings.NewReader(body))
	r.Header.Set("Content-Type", formType)
	return r
}

func TestFormThatTwoParsersReadDifferentlyIsRefused(t *testing.T) {
	many := strings.Repeat("a=b&", 201)
	for name, c := range map[string]struct{ body, want string }{
		"repeated client_id":           {"client_id=a&client_id=b", "invalid_request"},
		"repeated with the same value": {"grant_type=a&grant_type=a", "invalid_request"},
		"repeated, one empty":          {"client_id=&client_id=a", "invalid_request"},
		"repeated scope":               {"scope=a&scope=b", "invalid_request"},
		"malformed escape":             {"scope=%zz", "invalid_request"},
		"lone percent":                 {"scope=%", "invalid_request"},
		"javascript escape":            {"scope=%u0041", "invalid_request"},
		"malformed name":               {"%zz=a", "invalid_request"},
		"semicolon":                    {"client_id=a;client_secret=b", "invalid_request"},
		"NUL":                          {"client_id=a%00", "invalid_request"},
		"not UTF-8":                    {"client_id=%ff", "invalid_request"},
		"unknown but malformed":        {"unknown=%zz", "invalid_request"},
		"too many parameters":          {many, "invalid_request"},
		"long value":                   {"client_id=" + strings.Repeat("a", 4<<10+1), "invalid_request"},
		"long token":                   {"token=" + strings.Repeat("a", 16<<10+1), "invalid_request"},
		"long scope":                   {"scope=" + strings.Repeat("a", 2<<10+1), "invalid_scope"},
		"scope with quote":             {"scope=a%22", "invalid_scope"},
		"scope with backslash":         {"scope=a%5c", "invalid_scope"},
		"scope with tab":               {"scope=a%09b", "invalid_scope"},
		"scope with line break":        {"scope=a%0d%0ab", "invalid_scope"},
		"scope beyond ASCII":           {"scope=%c3%a9", "invalid_scope"},
		"scope with two spaces":        {"scope=a++b", "invalid_scope"},
		"scope with space in front":    {"scope=+a", "invalid_scope"},
		"scope with space at the end":  {"scope=a+", "invalid_scope"},
		"many resources":               {strings.Repeat("resource=https://r&", 17), "invalid_target"},
		"long resource":                {"resource=" + strings.Repeat("a", 4<<10+1), "invalid_target"},
	} {
		t.Run(name, func(t *testing.T) {
			form, fault := ReadForm(formRequest(c.body))
			if fault == nil {
				t.Fatalf("accepted as %v", form)
			}
			if fault.Name != c.want || fault.Status != http.StatusBadRequest {
				t.Fatalf("got %d %s, want 400 %s", fault.Status, fault.Name, c.want)
			}
		})
	}
}

func TestLongListsAreRefusedCheaply(t *testing.T) {
	body := "grant_type=client_credentials&scope=" + strings.TrimSuffix(strings.Repeat("a+", 1000), "+")
	r := formRequest(body)
	form, fault := ReadForm(r)
	if fault == nil || fault.Name != "invalid_scope" {
		t.Fatalf("fault %v", fault)
	}
	if form != nil || r.PostForm != nil {
		t.Fatal("a refused form was handed on")
	}
}

func TestOtherContentTypesAreRefused(t *testing.T) {
	for _, contentType := range []string{
		"", "application/json", "multipart/form-data; boundary=x", "text/plain", formType + "; charset=utf-16",
		formType + "; boundary=x", formType + ";;", formType + "; charset=utf-8; a=b",
	} {
		r := formRequest("grant_type=a")
		r.Header.Set("Content-Type", contentType)
		if _, fault := ReadForm(r); fault == nil || fault.Status != http.StatusBadRequest {
			t.Errorf("%q: %v", contentType, fault)
		}
	}
	r := formRequest("grant_type=a")
	r.Header.Add("Content-Type", formType)
	if _, fault := ReadForm(r); fault == nil {
		t.Error("two content types are accepted")
	}
}

func TestCompressedBodyIsRefused(t *testing.T) {
	r := formRequest("grant_type=a")
	r.Header.Set("Content-Encoding", "gzip")
	if _, fault := ReadForm(r); fault == nil || fault.Status != http.StatusUnsupportedMediaType {
		t.Fatalf("fault %v", fault)
	}
}

func TestBodyOverTheLimitIsRefused(t *testing.T) {
	body := "unknown=" + strings.Repeat("a", maxBody)
	for name, length := range map[string]int64{"with a length": int64(len(body)), "without": -1} {
		r := formRequest(body)
		r.ContentLength = length
		if _, fault := ReadForm(r); fault == nil || fault.Status != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: fault %v", name, fault)
		}
	}
}

func TestParametersInTheURLAreRefused(t *testing.T) {
	for _, query := range []string{"client_secret=a", "grant_type=a", "scope=", "access_token=a", "a=%zz"} {
		r := formRequest("grant_type=a")
		r.URL.RawQuery = query
		if _, fault := ReadForm(r); fault == nil || fault.Name != "invalid_request" {
			t.Errorf("%q: fault %v", query, fault)
		}
	}
}

func TestFormIsRead(t *testing.T) {
	r := formRequest("grant_type=a&scope=openid+email&resource=https://a&resource=https://b&client_id=&unknown=1&unknown=2&state=x")
	r.Header.Set("Content-Type", formType+"; charset=UTF-8")
	r.URL.RawQuery = "unknown=1"
	form, fault := ReadForm(r)
	if fault != nil {
		t.Fatal(fault)
	}
	want := url.Values{
		"grant_type": {"a"}, "scope": {"openid email"}, "resource": {"https://a", "https://b"}, "state": {"x"},
	}
	if got := url.Values(form).Encode(); got != want.Encode() {
		t.Fatalf("got %s, want %s", got, want.Encode())
	}
	if r.PostForm.Encode() != want.Encode() || r.Form.Encode() != want.Encode() {
		t.Fatal("r.PostForm is another form")
	}
}

func TestListsUpToTheLimitAreAccepted(t *testing.T) {
	form, fault := ReadForm(formRequest("scope=" + strings.TrimSuffix(strings.Repeat("a+", 64), "+") + strings.Repeat("&resource=https://r", 16)))
	if fault != nil || len(form["resource"]) != 16 {
		t.Fatalf("%v, fault %v", form, fault)
	}
}

func getAuthorize(query string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/authorize", nil)
	r.URL.RawQuery = query
	return r
}

// What is in doubt must not be used: not the first of two values, not the decodable part of one.
func TestDoubtfulParameterIsLeftOut(t *testing.T) {
	const rest = "&client_id=c&redirect_uri=https://app/cb"
	for name, query := range map[string]string{
		"state":          "state=a&state=b" + rest,
		"scope":          "scope=a" + rest + "&scope=b",
		"nonce":          "nonce=" + strings.Repeat("n", 4<<10+1) + rest,
		"claims":         "claims=" + strings.Repeat("n", 8<<10+1) + rest,
		"login_hint":     "login_hint=" + strings.Repeat("n", 513) + rest,
		"response_type":  "response_type=code&response_type=code&response_type=code" + rest,
		"code_challenge": "code_challenge=%zz" + rest + "&code_challenge=a",
		"prompt":         "prompt=a;b" + rest,
	} {
		form, fault := ReadAuthorize(getAuthorize(query))
		if fault == nil {
			t.Errorf("%s: accepted", name)
		}
		if value, there := form[name]; there {
			t.Errorf("%s: still there: %q", name, value)
		}
		if form.Get("client_id") != "c" || form.Get("redirect_uri") != "https://app/cb" {
			t.Errorf("%s: the rest is lost: %v", name, form)
		}
	}
}

func TestDoubtfulClientOrRedirectIsNobodys(t *testing.T) {
	for _, query := range []string{
		"client_id=a&client_id=a", "client_id=a&client_id=", "client_id=&client_id=a", "client_id=a&client_id=%zz",
		"client_id=%zz&client_id=a", "client_id=a;b", "client_id=a%00", "client_id=" + strings.Repeat("a", 4<<10+1),
	} {
		for _, name := range []string{"client_id", "redirect_uri"} {
			form, fault := ReadAuthorize(getAuthorize(strings.ReplaceAll(query, "client_id", name)))
			if fault == nil || form.Get(name) != "" {
				t.Errorf("%s: %s=%q, fault %v", query, name, form.Get(name), fault)
			}
		}
	}
}

func TestParameterInQueryAndBodyIsRepeated(t *testing.T) {
	r := formRequest("scope=openid&client_id=c")
	r.URL.RawQuery = "scope=openid&state=s"
	form, fault := ReadAuthorize(r)
	if fault == nil || form.Get("scope") != "" {
		t.Fatalf("%v, fault %v", form, fault)
	}
	if form.Get("state") != "s" || form.Get("client_id") != "c" {
		t.Fatalf("the rest is lost: %v", form)
	}
}

func TestUndecodableAuthorizationRequestIsEmpty(t *testing.T) {
	json := formRequest(`{}`)
	json.Header.Set("Content-Type", "application/json")
	json.URL.RawQuery = "client_id=c"
	for name, r := range map[string]*http.Request{
		"JSON body":           json,
		"too large":           getAuthorize("client_id=c&unknown=" + strings.Repeat("a", maxAuthorize)),
		"too many parameters": getAuthorize("client_id=c&" + strings.Repeat("a=b&", 201)),
	} {
		form, fault := ReadAuthorize(r)
		if fault == nil || len(form) > 0 {
			t.Errorf("%s: %v, fault %v", name, form, fault)
		}
	}
}

func TestStateIsTakenAsItIs(t *testing.T) {
	for _, state := range []string{"a", "a&b=c#d", "\r\n", "\x00", "😀", "<script>", ";", strings.Repeat("s", 4<<10)} {
		form, fault := ReadAuthorize(getAuthorize("state=" + url.QueryEscape(state)))
		if fault != nil || form.Get("state") != state {
			t.Errorf("%.20q came as %.20q, fault %v", state, form.Get("state"), fault)
		}
	}
	for _, state := range []string{strings.Repeat("s", 4<<10+1), "%ff"} {
		if form, fault := ReadAuthorize(getAuthorize("state=" + state)); fault == nil || form.Get("state") != "" {
			t.Errorf("%.20q is accepted", state)
		}
	}
}

func FuzzReadAuthorize(f *testing.F) {
	for _, seed := range []string{"client_id=a&scope=openid", "a=%zz;&&==", "scope=a&scope=b", "%63lient_id=a&client_id=b", "state=%ff%00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		form, fault := ReadAuthorize(getAuthorize(query))
		for name, values := range form {
			switch {
			case limit(name) == 0:
				t.Fatalf("unknown parameter %q", name)
			case len(values) == 0, len(values) > 1 && !repeatable(name), len(values) > maxResources:
				t.Fatalf("%s has %d values", name, len(values))
			}
			for _, value := range values {
				if value == "" || len(value) > limit(name) || !allowed(name, value) {
					t.Fatalf("%s=%q", name, value)
				}
			}
		}
		// Where the standard library sees no fault either, both must read the same.
		std, err := url.ParseQuery(query)
		if fault == nil && err != nil {
			t.Fatalf("accepted what is malformed: %v", err)
		}
		for name := range form {
			if std.Get(name) == "" && len(std[name]) < 2 {
				t.Fatalf("%s=%q is not in the query", name, form.Get(name))
			}
		}
	})
}

func BenchmarkReadForm(b *testing.B) {
	const body = "grant_type=client_credentials&client_id=a_ABCDEFGHIJKLMNOPQRSTUVWXYZ&client_secret=symbolon_cs_ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZ&scope=tools.read+tools.write&resource=https%3A%2F%2Fmcp.example%2Fmcp"
	r := formRequest("")
	b.ReportAllocs()
	for b.Loop() {
		r.Body = io.NopCloser(strings.NewReader(body))
		r.ContentLength = int64(len(body))
		if _, fault := ReadForm(r); fault != nil {
			b.Fatal(fault)
		}
	}
}
