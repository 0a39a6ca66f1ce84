package main

import (
	"embed"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/config"
)

//go:embed apps/*.tmpl
var appFiles embed.FS

// applications are the known ones, by name.
func applications() ([]application, error) {
	files, err := fs.Glob(appFiles, "apps/*.tmpl")
	if err != nil {
		return nil, err
	}
	var all []application
	for _, file := range files {
		content, err := appFiles.ReadFile(file)
		if err != nil {
			return nil, err
		}
		app, err := readApplication(strings.TrimSuffix(path.Base(file), ".tmpl"), string(content))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		all = append(all, app)
	}
	return all, nil
}

func findApplication(name string) (application, error) {
	all, err := applications()
	if err != nil {
		return application{}, err
	}
	var names []string
	for _, app := range all {
		if app.name == name {
			return app, nil
		}
		names = append(names, app.name)
	}
	err = usagef("no application %q is known; any can be registered with --name and --redirect-uri", name)
	if near := config.Nearest(name, names); near != "" {
		return application{}, hintedError{err, "symbolon client create --app " + near}
	}
	return application{}, hintedError{err, "symbolon client create --app list"}
}

// listApplications answers --app list.
func (p *program) listApplications(cmd *cobra.Command) error {
	all, err := applications()
	if err != nil {
		return err
	}
	type entry struct {
		Name    string `json:"name"`
		Title   string `json:"title"`
		Follows string `json:"follows"`
	}
	var entries []entry
	for _, app := range all {
		entries = append(entries, entry{app.name, app.title, app.follows})
	}
	return p.print(cmd, entries, func(w io.Writer) {
		for _, e := range entries {
			row(w, e.Name, e.Title)
		}
	})
}
