package config

import (
	"os"
	"path/filepath"
	"strings"
)

// beside makes a relative path of the configuration file count from the file's directory: every command
// then means the same file, wherever it is given.
func (k Key) beside(dir, text string) string {
	switch {
	case k.kind == filePath:
		return beside(dir, text)
	case k.Name == "database_url":
		return besideDatabase(dir, text)
	}
	return text
}

func beside(dir, path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

func besideDatabase(dir, url string) string {
	if path := sqlitePath(url); path != "" {
		return SQLiteScheme + beside(dir, path)
	}
	return url
}

// SQLiteScheme begins the database_url of a SQLite database.
const SQLiteScheme = "sqlite:"

// IsSQLite reports whether url is that of a SQLite database.
func IsSQLite(url string) bool { return strings.HasPrefix(url, SQLiteScheme) }

// sqlitePath is the file of a SQLite database, "" for any other.
func sqlitePath(url string) string {
	path, _ := strings.CutPrefix(url, SQLiteScheme)
	if !IsSQLite(url) {
		return ""
	}
	return strings.TrimPrefix(path, "//")
}

// Exists reports whether a SQLite database exists. A server of PostgreSQL answers for itself.
func Exists(url string) bool {
	path := sqlitePath(url)
	if path == "" {
		return true
	}
	_, err := os.Stat(path)
	return err == nil
}

// ShownDatabase names a database to people: a file by its whole path, a URL without its password.
func ShownDatabase(url string) string {
	if path, err := filepath.Abs(sqlitePath(url)); err == nil && IsSQLite(url) {
		return SQLiteScheme + path
	}
	return Setting{Key: Key{kind: urlKey}, text: url}.Redacted()
}
