package server

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"log/slog"
	"strings"

	"github.com/symbolon-id/symbolon/audit/ledger"
	"github.com/symbolon-id/symbolon/config"
	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/storage/durable"
)

// Keeper returns what keeps the ledger of the audit log; it signs by a key that all nodes share; it is kept as a salt is.
func Keeper(ctx context.Context, db *durable.DB, sealer *keys.Sealer, conf config.Config, log *slog.Logger) (*ledger.Keeper, error) {
	seed, err := keys.LoadSalt(ctx, db, sealer, "audit checkpoint")
	if err != nil {
		return nil, err
	}
	return &ledger.Keeper{
		Store: db, Key: ed25519.NewKeyFromSeed(seed), Origin: auditOrigin(conf.Issuer), Interval: conf.Audit.CheckpointInterval, Log: log,
	}, nil
}

// auditOrigin names the log of an issuer: a URL without its scheme, and without what a key's text cannot hold.
func auditOrigin(issuer string) string {
	_, name, _ := strings.Cut(issuer, "://")
	return cmp.Or(strings.ReplaceAll(strings.TrimSuffix(name, "/"), "+", "%2B"), "symbolon") + "/audit"
}
