package oauth

import (
	"log/slog"
)

// What the one log record of a request says about the protocol: ids and names only.

// ClientAttr names the client.
func ClientAttr(id string) slog.Attr { return slog.String("client_id", id) }

// GrantTypeAttr names the grant_type.
func GrantTypeAttr(grant string) slog.Attr { return slog.String("grant_type", grant) }

// ErrorAttr names the error of RFC 6749 or an extension.
func ErrorAttr(name string) slog.Attr { return slog.String("error", name) }
