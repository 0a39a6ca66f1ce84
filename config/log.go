package config

import (
	"io"
	"log/slog"
)

// Logger writes JSON to w, or text where it is a terminal.
func (l Log) Logger(w io.Writer, terminal bool) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(l.Level)) // validated
	options := &slog.HandlerOptions{Level: level}
	if l.Format == "text" || l.Format == "auto" && terminal {
		return slog.New(slog.NewTextHandler(w, options))
	}
	return slog.New(slog.NewJSONHandler(w, options))
}
