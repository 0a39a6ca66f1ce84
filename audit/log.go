package audit

import "log/slog"

// attrs is the event as attributes of its log record, under the names of its row; empty ones are
// left out.
func (e Event) attrs() []slog.Attr {
	attrs := []slog.Attr{slog.String("event", e.ID), slog.String("type", e.Type), slog.String("outcome", e.Outcome)}
	for _, a := range []slog.Attr{
		slog.String("reason", e.Reason),
		slog.String("user_id", e.UserID),
		slog.String("client_id", e.ClientID),
		slog.String("target", e.Target),
		slog.String("method", e.Method),
		slog.String("actors", e.Actors),
		slog.String("resource", e.Resource),
		slog.String("scopes", e.Scopes),
		slog.String("credential_id", e.CredentialID),
		slog.String("ip", e.IP),
		slog.String("trace_id", e.TraceID),
	} {
		if a.Value.String() != "" {
			attrs = append(attrs, a)
		}
	}
	if e.Count > 1 {
		attrs = append(attrs, slog.Int64("count", e.Count))
	}
	return attrs
}
