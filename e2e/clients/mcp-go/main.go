// Mcp-go tries the MCP Go SDK against Symbolon, as client and as server, and prints what came of it.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/url"
	"os"
	"time"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"golang.org/x/oauth2"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	report, err := try(ctx)
	if err != nil {
		log.Fatal(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(report); err != nil {
		log.Fatal(err)
	}
}

// report is what the test reads.
type report struct {
	Document, Registered walk
	Agent                string
}

// walk is one client's way: it reads, refreshes, and is asked for one more scope in order to write.
type walk struct {
	Read, Again, Set string
	ClientID         string
	Refreshes        int
	Scopes           []string // of each authorization request
}

func try(ctx context.Context) (r report, err error) {
	if r.Document, err = wander(ctx, os.Getenv("DOCUMENT_URL")); err != nil {
		return r, fmt.Errorf("by its document: %w", err)
	}
	if r.Registered, err = wander(ctx, ""); err != nil {
		return r, fmt.Errorf("registered: %w", err)
	}
	if err := serve(ctx, os.Getenv("ISSUER"), os.Getenv("MCP_GO_URL")); err != nil {
		return r, fmt.Errorf("serve: %w", err)
	}
	r.Agent, err = askAsAgent(ctx)
	return r, err
}

func wander(ctx context.Context, document string) (w walk, err error) {
	config, err := clientConfig(document)
	if err != nil {
		return w, err
	}
	open := config.AuthorizationCodeFetcher
	config.AuthorizationCodeFetcher = func(ctx context.Context, args *auth.AuthorizationArgs) (*auth.AuthorizationResult, error) {
		asked, err := url.Parse(args.URL)
		if err != nil {
			return nil, err
		}
		w.ClientID = asked.Query().Get("client_id")
		w.Scopes = append(w.Scopes, asked.Query().Get("scope"))
		return open(ctx, args)
	}
	config.NewTokenSource = func(ctx context.Context, c *oauth2.Config, token *oauth2.Token) (oauth2.TokenSource, error) {
		return &hasty{ctx, c, token, &w.Refreshes}, nil
	}
	handler, err := auth.NewAuthorizationCodeHandler(config)
	if err != nil {
		return w, err
	}
	server := os.Getenv("MCP_URL")
	if w.Read, err = call(ctx, server, handler, "read", nil); err != nil {
		return w, fmt.Errorf("read: %w", err)
	}
	if w.Again, err = call(ctx, server, handler, "read", nil); err != nil {
		return w, fmt.Errorf("read again: %w", err)
	}
	w.Set, err = call(ctx, server, handler, "set", map[string]any{"to": "rain"})
	return w, err
}

// hasty refreshes the token whenever it is asked for it.
type hasty struct {
	ctx   context.Context
	c     *oauth2.Config
	held  *oauth2.Token
	count *int
}

func (h *hasty) Token() (*oauth2.Token, error) {
	fresh, err := h.c.TokenSource(h.ctx, &oauth2.Token{RefreshToken: h.held.RefreshToken}).Token()
	if err != nil {
		return nil, err
	}
	h.held = fresh
	*h.count++
	return fresh, nil
}
