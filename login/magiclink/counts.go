package magiclink

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// ownLife is that of the cookie which names a browser.
const ownLife = 30 * 24 * time.Hour

// counts returns the name of the counts kept under key, "" when there is none or it cannot be known now.
func (m *Method) counts(ctx context.Context, key string) (string, error) {
	name, err := m.Ephemeral.Get(ctx, key)
	if errors.Is(err, storage.ErrNotFound) || errors.Is(err, storage.ErrUnavailable) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("find counts of an address: %w", err)
	}
	return string(name), nil
}

// shown begins new counts, by naming them anew, for the browser that used rec and for its network.
// To lose them is to be counted like all others.
func (m *Method) shown(ctx context.Context, rec record, browser string) {
	network := web.Network(web.ClientIP(ctx))
	_ = m.Ephemeral.Put(ctx, ownKey(browser, rec.Email), []byte(storage.NewID("")), ownLife)
	_ = m.Ephemeral.Put(ctx, thereKey(network, rec.Email), []byte(storage.NewID("")), perAsker().Per)
}

func ownKey(browser, email string) string {
	return "mail-own:" + storage.KeyOf(browser, storage.EmailKey(email))
}

func thereKey(network, email string) string {
	return "mail-there:" + storage.KeyOf(network, storage.EmailKey(email))
}
