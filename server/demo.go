package server

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/durable"
)

// refuseDemo refuses in production a database in which symbolon dev left a client whose secret
// everybody knows.
func refuseDemo(ctx context.Context, db *durable.DB) error {
	for noun, demo := range map[string]demoClient{"client": demoApp, "agent": demoAgent} {
		secrets, err := db.ClientSecrets(ctx, demo.ID)
		if err != nil {
			return err
		}
		published := storage.Digest(demo.Secret)
		if slices.ContainsFunc(secrets, func(s storage.ClientSecret) bool { return bytes.Equal(s.Digest, published) }) {
			return advised{
				fmt.Errorf("symbolon dev used this database: the secret of its demo %s is published; use another database, or delete the demo %s", noun, noun),
				fmt.Sprintf("symbolon %s delete %s", noun, demo.ID),
			}
		}
	}
	return nil
}
