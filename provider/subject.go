package provider

import "github.com/symbolon-id/symbolon/storage"

// subject is the name a client knows a user by: the sub of its tokens.
func (p *Provider) subject(_ storage.Client, userID string) string { return userID }
