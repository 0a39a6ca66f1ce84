package main

import (
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/clients/apps"
)

// appView is how an application is printed after its client.
type appView struct {
	Name          string `json:"name"`
	File          string `json:"file"`
	Configuration string `json:"configuration"`
	Note          string `json:"note,omitempty"`
	Follows       string `json:"follows"`
}

func (v appView) write(w io.Writer) {
	fmt.Fprintf(w, "\n# Where: %s\n# By: %s\n\n%s", v.File, v.Follows, v.Configuration)
}

// appFlags are those of client create that have to do with applications.
type appFlags struct{ name, url string }

func addAppFlags(cmd *cobra.Command) *appFlags {
	f := &appFlags{}
	cmd.Flags().StringVar(&f.name, "app", "", "register `NAME`, a known application, and print its configuration; list: which there are")
	cmd.Flags().StringVar(&f.url, "url", "", "`URL` of that application, such as https://grafana.example")
	return f
}

// choose returns the application that was named, nil when none was.
func (f *appFlags) choose() (*apps.Application, error) {
	switch {
	case f.name == "" && f.url == "":
		return nil, nil
	case f.name == "":
		return nil, usagef("--url is the address of an application: name it with --app")
	}
	app, err := findApplication(f.name)
	if err != nil {
		return nil, err
	}
	if app.NeedsURL() && f.url == "" {
		return nil, usagef("--url is required: the URL at which users open %s", app.Title)
	}
	return &app, f.checkURL()
}

// checkURL wants an origin, or a path below one. Redirect URIs made of it pass the validator, too.
func (f *appFlags) checkURL() error {
	if f.url == "" {
		return nil
	}
	u, err := url.Parse(f.url)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || strings.Contains(f.url, "#") {
		return usagef("--url %q is no address such as https://grafana.example", f.url)
	}
	f.url = strings.TrimSuffix(f.url, "/")
	return nil
}
