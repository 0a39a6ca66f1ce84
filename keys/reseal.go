package keys

import (
	"context"
	"fmt"
)

// Reseal moves the keys that an older secret sealed to the one that seals now, so that the older one
// can be dropped. Keys that were revoked stay as they are.
func (r *Ring) Reseal(ctx context.Context) error {
	rows, err := r.store.SigningKeys(ctx)
	if err != nil {
		return fmt.Errorf("read signing keys: %w", err)
	}
	for _, row := range rows {
		if r.sealer.Current(row.Sealed) || !row.RevokedAt.IsZero() {
			continue
		}
		purpose := sealedAs(row.Alg, row.KID)
		key, err := r.sealer.Open(purpose, row.Sealed)
		if err != nil {
			return fmt.Errorf("reseal signing key %s: %w", row.KID, err)
		}
		if err := r.store.ResealSigningKey(ctx, row.KID, row.Sealed, r.sealer.Seal(purpose, key)); err != nil {
			return err
		}
	}
	return nil
}
