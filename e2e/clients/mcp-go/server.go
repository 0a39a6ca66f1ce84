package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/modelcontextprotocol/go-sdk/oauthex"
)

// serve starts an MCP server at the URL self, which is also the resource that tokens must be for.
func serve(ctx context.Context, issuer, self string) error {
	symbolon, err := oidc.NewProvider(ctx, issuer)
	if err != nil {
		return err
	}
	tokens := symbolon.Verifier(&oidc.Config{ClientID: self}) // compares the audience
	verify := func(ctx context.Context, token string, _ *http.Request) (*auth.TokenInfo, error) {
		t, err := tokens.Verify(ctx, token)
		var claims struct{ Scope string }
		if err == nil {
			err = t.Claims(&claims)
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %v", auth.ErrInvalidToken, err)
		}
		return &auth.TokenInfo{UserID: t.Subject, Scopes: strings.Fields(claims.Scope), Expiration: t.Expiry}, nil
	}

	server := mcp.NewServer(&mcp.Implementation{Name: "weather", Version: "1.0.0"}, nil)
	mcp.AddTool(server, &mcp.Tool{Name: "read", Description: "Reads the weather"}, read)

	u, err := url.Parse(self)
	if err != nil {
		return err
	}
	about := "/.well-known/oauth-protected-resource" + u.Path
	scopes := []string{"weather:read"}
	guard := auth.RequireBearerToken(verify, &auth.RequireBearerTokenOptions{Scopes: scopes, ResourceMetadataURL: "http://" + u.Host + about})
	mux := http.NewServeMux()
	mux.Handle(about, auth.ProtectedResourceMetadataHandler(&oauthex.ProtectedResourceMetadata{
		Resource: self, AuthorizationServers: []string{issuer}, ScopesSupported: scopes,
	}))
	mux.Handle(u.Path, guard(mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server },
		&mcp.StreamableHTTPOptions{Stateless: true, JSONResponse: true})))

	listener, err := net.Listen("tcp", u.Host)
	if err != nil {
		return err
	}
	go http.Serve(listener, mux)
	return nil
}

func read(_ context.Context, r *mcp.CallToolRequest, _ struct{}) (*mcp.CallToolResult, any, error) {
	text := "Sunny, " + r.Extra.TokenInfo.UserID
	return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: text}}}, nil, nil
}
