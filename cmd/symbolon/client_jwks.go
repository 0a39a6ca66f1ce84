package main

import (
	"encoding/json"
	"os"

	"github.com/symbolon-id/symbolon/keys"
)

// readClientKeys reads a client's public keys, before anything else is done.
func readClientKeys(file string) (json.RawMessage, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, usagef("--jwks: %w", err)
	}
	if err := keys.CheckClientKeys(content); err != nil {
		return nil, usagef("--jwks %s: %w", file, err)
	}
	return content, nil
}
