package main

import (
	"os"
	"path/filepath"
	"strings"
)

// beside makes a relative path of the configuration file count from the file's directory: every command
// then means the same file, wherever it is given.
func (k key) beside(dir, text string) string {
	switch {
	case k.kind == filePath:
		return beside(dir, text)
	case k.name == "database_url":
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
		return sqliteScheme + beside(dir, path)
	}
	return url
}

const sqliteScheme = "sqlite:"

func isSQLite(url string) bool { return strings.HasPrefix(url, sqliteScheme) }

// sqlitePath is the file of a SQLite database, "" for any other.
func sqlitePath(url string) string {
	path, _ := strings.CutPrefix(url, sqliteScheme)
	if !isSQLite(url) {
		return ""
	}
	return strings.TrimPrefix(path, "//")
}

// isThere tells whether a SQLite database exists. A server of PostgreSQL answers for itself.
func isThere(url string) bool {
	path := sqlitePath(url)
	if path == "" {
		return true
	}
	_, err := os.Stat(path)
	return err == nil
}

// shownDatabase names a database to people: a file by its whole path, a URL without its password.
func shownDatabase(url string) string {
	if path, err := filepath.Abs(sqlitePath(url)); err == nil && isSQLite(url) {
		return sqliteScheme + path
	}
	return setting{key: key{kind: urlKey}, text: url}.redacted()
}
