package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/symbolon-id/symbolon/legible"
	"github.com/symbolon-id/symbolon/relyingparty"
)

// loginView is what signing in has brought, as the command prints it.
type loginView struct {
	Issuer       string     `json:"issuer"`
	ClientID     string     `json:"client_id"`
	Scope        string     `json:"scope,omitempty"`
	TokenType    string     `json:"token_type"`
	ExpiresIn    int64      `json:"expires_in,omitempty"` // seconds
	IDToken      *tokenView `json:"id_token,omitempty"`
	AccessToken  *tokenView `json:"access_token"`
	RefreshToken bool       `json:"refresh_token_issued"`
	Raw          *rawTokens `json:"raw,omitempty"`

	now time.Time
}

// tokenView is a token taken apart, after its signature was verified.
type tokenView struct {
	Opaque bool                 `json:"opaque,omitempty"` // not signed by any key of the issuer: only its resource can read it
	Header *relyingparty.Header `json:"header,omitempty"`
	Claims json.RawMessage      `json:"claims,omitempty"`

	times []claimedTime
}

// rawTokens are bearer tokens: anyone who reads them can use them.
type rawTokens struct {
	AccessToken  string `json:"access_token"`
	IDToken      string `json:"id_token,omitempty"`
	RefreshToken string `json:"refresh_token,omitempty"`
}

// claimedTime is a claim that is a time.
type claimedTime struct {
	claim string
	at    time.Time
}

func viewTokens(c *relyingparty.Client, t *relyingparty.Tokens, raw bool) (v loginView, err error) {
	v = loginView{
		Issuer: c.Issuer, ClientID: c.ClientID, Scope: t.Scope, TokenType: t.TokenType,
		ExpiresIn: t.ExpiresIn, RefreshToken: t.RefreshToken != "", now: time.Now(),
	}
	if v.IDToken, err = viewToken(t.IDToken); err != nil {
		return v, err
	}
	if v.AccessToken, err = viewToken(t.AccessToken); err != nil || v.AccessToken == nil {
		v.AccessToken = &tokenView{Opaque: true}
	}
	if raw {
		v.Raw = &rawTokens{t.Token.AccessToken, t.RawIDToken, t.RefreshToken}
	}
	return v, nil
}

func viewToken(t *relyingparty.Verified) (*tokenView, error) {
	if t == nil {
		return nil, nil
	}
	var claims map[string]any
	if err := json.Unmarshal(t.Claims, &claims); err != nil {
		return nil, fmt.Errorf("its claims are malformed: %w", err)
	}
	v := &tokenView{Header: &t.Header, Claims: t.Claims}
	for _, name := range []string{"auth_time", "iat", "nbf", "exp"} {
		if seconds, ok := claims[name].(float64); ok {
			v.times = append(v.times, claimedTime{name, time.Unix(int64(seconds), 0)})
		}
	}
	return v, nil
}

func (v loginView) write(w io.Writer) {
	row(w, "issuer", v.Issuer)
	row(w, "client", v.ClientID)
	row(w, "scope", v.Scope)
	row(w, "token type", v.TokenType)
	if v.ExpiresIn > 0 {
		row(w, "expires", inWords(time.Duration(v.ExpiresIn)*time.Second))
	}
	row(w, "refresh token", map[bool]string{false: "none", true: "issued"}[v.RefreshToken])
	v.IDToken.write(w, "ID token", v.now)
	v.AccessToken.write(w, "Access token", v.now)
	if v.Raw != nil {
		fmt.Fprintf(w, "\nAccess token: %s\nID token: %s\nRefresh token: %s\n", v.Raw.AccessToken, cmp.Or(v.Raw.IDToken, "none"), cmp.Or(v.Raw.RefreshToken, "none"))
	}
}

func (v *tokenView) write(w io.Writer, title string, now time.Time) {
	switch {
	case v == nil:
		return
	case v.Opaque:
		fmt.Fprintf(w, "\n%s: not signed by a key of the issuer; only the resource it is for can read it\n", title)
		return
	}
	fmt.Fprintf(w, "\n%s: its signature is right (%s, key %s, type %s)\n", title, v.Header.Alg, cmp.Or(v.Header.KID, "unnamed"), cmp.Or(v.Header.Typ, "unnamed"))
	for _, t := range v.times {
		row(w, "  "+t.claim, inWords(t.at.Sub(now)), t.at.UTC().Format("2006-01-02 15:04:05 UTC"))
	}
	var claims bytes.Buffer
	if json.Indent(&claims, v.Claims, "  ", "  ") == nil {
		fmt.Fprintf(w, "  %s\n", legible.Lines(claims.String()))
	}
}

// inWords says when something is, seen from now: "in 9 minutes", "2 days ago".
func inWords(d time.Duration) string {
	ago := d < 0
	d = d.Abs().Round(time.Second)
	if d < 2*time.Second {
		return "now"
	}
	words := fmt.Sprintf("%d seconds", d/time.Second)
	for _, unit := range []struct {
		of   time.Duration
		name string
	}{{24 * time.Hour, "days"}, {time.Hour, "hours"}, {time.Minute, "minutes"}} {
		if d >= 2*unit.of {
			words = fmt.Sprintf("%d %s", d.Round(unit.of)/unit.of, unit.name)
			break
		}
	}
	if ago {
		return words + " ago"
	}
	return "in " + words
}
