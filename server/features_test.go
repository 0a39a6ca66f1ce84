package server

import (
	"testing"

	"github.com/symbolon-id/symbolon/config"
)

func TestOnlyAskedForIsPKCELeftToClients(t *testing.T) {
	for who, want := range map[string]bool{config.PKCERequired: false, config.PKCEPublicClients: true} {
		if got := providerConfig(config.Config{AuthorizationServer: config.AuthorizationServer{PKCE: who}}, false).PKCEPublicOnly; got != want {
			t.Errorf("%s: %v", who, got)
		}
	}
}
