package provider

import "log/slog"

// What the one log record of a request says about the protocol. Ids and names only.
func clientAttr(id string) slog.Attr    { return slog.String("client_id", id) }
func grantAttr(grant string) slog.Attr  { return slog.String("grant_type", grant) }
func refusalAttr(name string) slog.Attr { return slog.String("error", name) }
