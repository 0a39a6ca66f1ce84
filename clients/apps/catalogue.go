package apps

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
)

//go:embed *.tmpl
var files embed.FS

// All returns the known applications in the order of their names.
func All() ([]Application, error) {
	entries, err := fs.Glob(files, "*.tmpl")
	if err != nil {
		return nil, err
	}
	var all []Application
	for _, file := range entries {
		content, err := files.ReadFile(file)
		if err != nil {
			return nil, err
		}
		app, err := read(strings.TrimSuffix(file, ".tmpl"), string(content))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		all = append(all, app)
	}
	return all, nil
}
