// Command webapp is a web application that people sign in to, with go-oidc and x/oauth2.
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"log"
	"net/http"
	"os"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// docs:begin app
type app struct {
	oauth2.Config
	provider *oidc.Provider
}

func newApp(ctx context.Context) (*app, error) {
	provider, err := oidc.NewProvider(ctx, os.Getenv("ISSUER"))
	if err != nil {
		return nil, err
	}
	return &app{provider: provider, Config: oauth2.Config{
		ClientID: os.Getenv("CLIENT_ID"), ClientSecret: os.Getenv("CLIENT_SECRET"), Endpoint: provider.Endpoint(),
		RedirectURL: os.Getenv("BASE_URL") + "/callback", Scopes: []string{"openid", "profile", "email"},
	}}, nil
}

// login keeps state, nonce and verifier in the browser that began, in cookies that no script reads.
func (a *app) login(w http.ResponseWriter, r *http.Request) {
	state, nonce, verifier := rand.Text(), rand.Text(), oauth2.GenerateVerifier()
	for name, value := range map[string]string{"state": state, "nonce": nonce, "verifier": verifier} {
		http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/callback", MaxAge: 600, HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode})
	}
	http.Redirect(w, r, a.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)), http.StatusSeeOther)
}

func (a *app) callback(r *http.Request) (*oidc.IDToken, error) {
	if state := cookie(r, "state"); state == "" || r.FormValue("state") != state {
		return nil, errors.New("this browser did not begin to sign in")
	}
	tokens, err := a.Exchange(r.Context(), r.FormValue("code"), oauth2.VerifierOption(cookie(r, "verifier")))
	if err != nil {
		return nil, err
	}
	raw, _ := tokens.Extra("id_token").(string)
	idToken, err := a.provider.Verifier(&oidc.Config{ClientID: a.ClientID}).Verify(r.Context(), raw)
	if err != nil {
		return nil, err
	}
	if idToken.Nonce != cookie(r, "nonce") {
		return nil, errors.New("the ID token is of another sign-in")
	}
	return idToken, nil
}

func cookie(r *http.Request, name string) string {
	if c, err := r.Cookie(name); err == nil {
		return c.Value
	}
	return ""
}

// docs:end app

func main() {
	a, err := newApp(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("GET /{$}", func(http.ResponseWriter, *http.Request) {})
	http.HandleFunc("GET /login", a.login)
	http.HandleFunc("GET /callback", func(w http.ResponseWriter, r *http.Request) {
		idToken, err := a.callback(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		claims := map[string]any{}
		_ = idToken.Claims(&claims)
		_ = json.NewEncoder(w).Encode(claims)
	})
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}
