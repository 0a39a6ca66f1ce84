package durable

import (
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
)

// CheckURL returns an error unless Open can use url. Its text never repeats a password.
func CheckURL(url string) error {
	scheme, rest, _ := strings.Cut(url, ":")
	switch scheme {
	case "sqlite":
		_, err := sqlitePath(rest)
		return err
	case "postgres", "postgresql":
		if _, err := pgxpool.ParseConfig(url); err != nil {
			return errors.New("it is not a valid postgres:// URL") // err may quote the password
		}
		return nil
	}
	return errors.New(`it must begin with "sqlite:" or "postgres://"`)
}

func sqlitePath(rest string) (string, error) {
	path := strings.TrimPrefix(rest, "//")
	if path == "" || strings.HasPrefix(path, ":") {
		return "", errors.New(`it names no file; write it as in "sqlite:symbolon.db"`)
	}
	return path, nil
}
