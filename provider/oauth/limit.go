package oauth

import (
	"context"
	"encoding/hex"
	"errors"
	"net/http"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/web"
)

// TooMany returns the refusal of a limiter, nil when err is none.
func TooMany(err error, description string) *Error {
	var limited *web.Error
	if !errors.As(err, &limited) || limited.Status != http.StatusTooManyRequests {
		return nil
	}
	return &Error{Status: limited.Status, Name: "temporarily_unavailable", Description: description, Cause: err}
}

// AllowOften limits what one client can make us keep: by client, and by network too when others can
// claim to be that client.
func AllowOften(ctx context.Context, limiter *web.Limiter, what string, c storage.Client, limit web.Limit) error {
	key := what + hex.EncodeToString(storage.Digest(c.ID)[:12])
	if c.Public {
		key += ":" + web.Network(web.ClientIP(ctx))
	}
	err := limiter.Allow(ctx, key, limit)
	if e := TooMany(err, "Too many requests from this client; try again later."); e != nil {
		return e
	}
	return err
}
