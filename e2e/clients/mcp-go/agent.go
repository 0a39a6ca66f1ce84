package main

import (
	"context"
	"os"

	"github.com/modelcontextprotocol/go-sdk/auth/extauth"
	"github.com/modelcontextprotocol/go-sdk/oauthex"
)

// askAsAgent calls a tool as a program of its own, without any person.
func askAsAgent(ctx context.Context) (string, error) {
	handler, err := extauth.NewClientCredentialsHandler(&extauth.ClientCredentialsHandlerConfig{
		Credentials: &oauthex.ClientCredentials{
			ClientID:         os.Getenv("AGENT_ID"),
			ClientSecretAuth: &oauthex.ClientSecretAuth{ClientSecret: os.Getenv("AGENT_SECRET")},
			Issuer:           os.Getenv("ISSUER"),
		},
	})
	if err != nil {
		return "", err
	}
	return call(ctx, os.Getenv("MCP_GO_URL"), handler, "read", nil)
}
