package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/config"
	"github.com/symbolon-id/symbolon/legible"
	"github.com/symbolon-id/symbolon/relyingparty"
)

func (p *program) loginCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "login", Short: "Sign in from this terminal and show the claims", Args: cobra.NoArgs,
		Long: `Run the authorization code flow with PKCE as the given client, with any OpenID Connect issuer. The
command opens the sign-in page, waits for the response on a loopback address, verifies it and shows
every claim. The client must have the redirect URI http://127.0.0.1/callback (any port) or the one
given. With --device it runs the device flow instead. Tokens are shown only with --raw.`,
		Example: `  symbolon login --client c_7K2VJQ4ZB3M5
  symbolon login --client c_7K2VJQ4ZB3M5 --issuer https://login.example --scope "openid email" --json
  symbolon login --client c_7K2VJQ4ZB3M5 --device`,
	}
	w := loginWish{}
	flags := cmd.Flags()
	flags.StringVar(&w.clientID, "client", "", "`ID` of the client to sign in to")
	secretFile := flags.String("secret-file", "", "`FILE` with its secret, unless it is public")
	flags.StringVar(&w.scope, "scope", "openid profile email", "what to ask for")
	flags.StringVar(&w.resource, "resource", "", "`URI` of the resource that the access token is for")
	flags.StringVar(&w.redirect, "redirect-uri", "http://127.0.0.1/callback", "loopback `URI` that is registered for it; without a port, a free one is taken")
	flags.BoolVar(&w.device, "device", false, "show a code to type in elsewhere (RFC 8628)")
	flags.BoolVar(&w.noBrowser, "no-browser", false, "print the address only")
	flags.BoolVar(&w.raw, "raw", false, "show the tokens themselves, too")
	timeout := durationFlag(5 * time.Minute)
	flags.Var(&timeout, "timeout", "how long to wait for the sign-in")
	config.AddFlags(cmd.Flags(), "issuer")
	cmd.RunE = func(cmd *cobra.Command, _ []string) (err error) {
		if w.clientID == "" {
			return usagef("--client is required: the id of the client that signs in")
		}
		if w.secret, err = readClientSecret(*secretFile); err != nil {
			return err
		}
		conf, _, err := p.load(cmd, config.Command)
		if err != nil {
			return err
		}
		if err := errors.Join(checkLoginIssuer(conf.Issuer), checkLoginRedirect(w.redirect)); err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), time.Duration(timeout))
		defer cancel()
		return p.login(ctx, cmd, conf.Issuer, w)
	}
	return cmd
}

// loginWish is what the person at the terminal wants.
type loginWish struct {
	clientID, secret, scope, resource, redirect string
	device, noBrowser, raw                      bool
}

func readClientSecret(file string) (string, error) {
	if file == "" {
		return "", nil
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return "", usagef("--secret-file: %w", err)
	}
	return strings.TrimSpace(string(content)), nil
}

// checkLoginIssuer is laxer than config.CheckIssuer: others write their issuers as they like.
func checkLoginIssuer(issuer string) error {
	u, err := url.Parse(issuer)
	switch {
	case issuer == "":
		return usagef("--issuer is required: the URL of the server to sign in with")
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return usagef("--issuer %q is no address such as https://login.example", issuer)
	case u.Scheme == "http" && !config.IsLoopbackHost(u.Hostname()):
		return usagef("--issuer must be an https URL; plain http is accepted only on this machine")
	}
	return nil
}

func checkLoginRedirect(uri string) error {
	if u, err := url.Parse(uri); err != nil || u.Scheme != "http" || !config.IsLoopbackHost(u.Hostname()) {
		return usagef("--redirect-uri %q is not on this machine: it begins with http://127.0.0.1, http://[::1] or http://localhost", uri)
	}
	return nil
}

func (p *program) login(ctx context.Context, cmd *cobra.Command, issuer string, w loginWish) error {
	c, err := relyingparty.Discover(ctx, issuer, relyingparty.Registration{
		ClientID: w.clientID, Secret: w.secret, Scopes: strings.Fields(w.scope), Resource: w.resource,
	})
	if err != nil {
		return hintedError{legibly(err), "symbolon login --issuer https://login.example --client " + w.clientID}
	}
	at := loginTerminal{func(format string, args ...any) { say(cmd, format, args...) }, isTerminal(cmd.ErrOrStderr())}
	var tokens *relyingparty.Tokens
	if w.device {
		tokens, err = c.ByDevice(ctx, at.showDevice)
	} else {
		tokens, err = c.ByBrowser(ctx, w.redirect, func(address string) { at.open(ctx, address, w.noBrowser) })
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("no one signed in in time: %w", err)
	}
	if err != nil {
		return legibly(err)
	}
	shown, err := viewTokens(c, tokens, w.raw)
	if err != nil {
		return err
	}
	return p.print(cmd, shown, shown.write)
}

// legibly keeps what an issuer wrote into an error from steering the terminal.
func legibly(err error) error { return legibleError{err} }

type legibleError struct{ error }

func (e legibleError) Error() string { return legible.Lines(e.error.Error()) }

func (e legibleError) Unwrap() error { return e.error }
