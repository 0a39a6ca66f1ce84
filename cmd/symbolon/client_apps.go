package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/clients/apps"
	"github.com/symbolon-id/symbolon/config"
)

func findApplication(name string) (apps.Application, error) {
	all, err := apps.All()
	if err != nil {
		return apps.Application{}, err
	}
	var names []string
	for _, app := range all {
		if app.Name == name {
			return app, nil
		}
		names = append(names, app.Name)
	}
	err = usagef("no application %q is known; any can be registered with --name and --redirect-uri", name)
	if near := config.Nearest(name, names); near != "" {
		return apps.Application{}, hintedError{err, "symbolon client create --app " + near}
	}
	return apps.Application{}, hintedError{err, "symbolon client create --app list"}
}

// listApplications answers --app list.
func (p *program) listApplications(cmd *cobra.Command) error {
	all, err := apps.All()
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
		entries = append(entries, entry{app.Name, app.Title, app.Follows})
	}
	return p.print(cmd, entries, func(w io.Writer) {
		for _, e := range entries {
			row(w, e.Name, e.Title)
		}
	})
}
