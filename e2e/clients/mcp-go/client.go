package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/modelcontextprotocol/go-sdk/oauthex"
)

// clientConfig makes a program known by its document; without one it registers itself.
func clientConfig(document string) (*auth.AuthorizationCodeHandlerConfig, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	callback := fmt.Sprintf("http://%s/callback", listener.Addr())
	config := &auth.AuthorizationCodeHandlerConfig{
		RedirectURL: callback, AuthorizationCodeFetcher: inBrowser(listener), RequestRefreshToken: true,
	}
	if document != "" {
		config.ClientIDMetadataDocumentConfig = &auth.ClientIDMetadataDocumentConfig{URL: document}
		return config, nil
	}
	config.DynamicClientRegistrationConfig = &auth.DynamicClientRegistrationConfig{Metadata: &oauthex.ClientRegistrationMetadata{
		ClientName: "Weather agent", RedirectURIs: []string{callback},
		GrantTypes: []string{"authorization_code", "refresh_token"}, TokenEndpointAuthMethod: "none",
	}}
	return config, nil
}

// inBrowser lets the person open a URL, and waits until the browser comes back.
func inBrowser(listener net.Listener) auth.AuthorizationCodeFetcher {
	answers := make(chan *auth.AuthorizationResult)
	go http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		answers <- &auth.AuthorizationResult{Code: q.Get("code"), State: q.Get("state"), Iss: q.Get("iss")}
		fmt.Fprintln(w, "You can close this page.")
	}))
	return func(ctx context.Context, args *auth.AuthorizationArgs) (*auth.AuthorizationResult, error) {
		fmt.Fprintln(os.Stderr, "Open", args.URL)
		select {
		case answer := <-answers:
			return answer, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// call connects to an MCP server and calls a tool. Signing in, refreshing and asking for more scopes
// happens inside.
func call(ctx context.Context, server string, handler auth.OAuthHandler, tool string, arguments any) (string, error) {
	client := mcp.NewClient(&mcp.Implementation{Name: "weather-agent", Version: "1.0.0"}, nil)
	session, err := client.Connect(ctx, &mcp.StreamableClientTransport{Endpoint: server, OAuthHandler: handler, DisableStandaloneSSE: true}, nil)
	if err != nil {
		return "", err
	}
	defer session.Close()
	result, err := session.CallTool(ctx, &mcp.CallToolParams{Name: tool, Arguments: arguments})
	if err != nil {
		return "", err
	}
	return result.Content[0].(*mcp.TextContent).Text, nil
}
