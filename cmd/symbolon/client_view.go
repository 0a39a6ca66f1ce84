package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/clients"
	"github.com/symbolon-id/symbolon/config"
	"github.com/symbolon-id/symbolon/storage"
)

// clientView is an agent or client as commands print it, by the names of the table.
type clientView struct {
	storage.Client
	bearer  string // shown this one time
	secret  storage.ClientSecret
	secrets []secretView
	app     *appView // of a new one: its own configuration
}

func viewClients(found []storage.Client) []clientView {
	views := []clientView{}
	for _, c := range found {
		views = append(views, clientView{Client: c})
	}
	return views
}

// viewIssued shows the secret: this is the one time it can be seen.
func viewIssued(i clients.Issued) clientView {
	return clientView{Client: i.Client, bearer: i.Bearer, secret: i.Secret}
}

// MarshalJSON writes what surrounds the table, and the table.
func (v clientView) MarshalJSON() ([]byte, error) {
	all := clients.Members{{Name: "client_id", Value: v.ID}}
	add := func(when bool, name string, value any) {
		if when {
			all = append(all, clients.Member{Name: name, Value: value})
		}
	}
	add(v.bearer != "", "client_secret", v.bearer)
	add(v.secret.ID != "", "secret_id", v.secret.ID)
	add(!v.secret.ExpiresAt.IsZero(), "secret_expires_at", instant(v.secret.ExpiresAt))
	all = append(all, clients.Metadata().View(v.Client)...)
	add(true, "disabled", !v.DisabledAt.IsZero())
	add(!v.DisabledAt.IsZero(), "disabled_at", instant(v.DisabledAt))
	add(true, "created_at", instant(v.CreatedAt))
	add(true, "updated_at", instant(v.UpdatedAt))
	add(len(v.secrets) > 0, "secrets", v.secrets)
	add(v.app != nil, "app", v.app)
	return all.MarshalJSON()
}

func (v clientView) write(w io.Writer) {
	line := func(name, value string) {
		if value != "" {
			row(w, name, value)
		}
	}
	line("client_id", v.ID)
	line("client_secret", v.bearer)
	line("secret_id", v.secret.ID)
	line("name", v.Name)
	line("state", stateOf(v.Client))
	for f := range clients.Metadata().Of(v.Kind) {
		if f.Label != "" {
			line(f.Label, lineOf(f, v.Client))
		}
	}
	line("created", day(instant(v.CreatedAt)))
}

// lineOf returns the value of a field for people, and nothing for what is as usual.
func lineOf(f clients.Field, c storage.Client) string {
	switch value := f.Value(c).(type) {
	case string:
		return unless(f.Default, value)
	case []string:
		return strings.Join(value, " ")
	case bool:
		return flagLine(f, value)
	case time.Duration:
		if value != 0 {
			return config.FormatDuration(value)
		}
	}
	return ""
}

func flagLine(f clients.Field, value bool) string {
	switch {
	case f.Negative && !value:
		return fmt.Sprintf("not required (--%s requires it again)", f.Flag)
	case f.Negative || !value:
		return ""
	}
	return "yes"
}

func stateOf(c storage.Client) string {
	if c.DisabledAt.IsZero() {
		return "enabled"
	}
	return "disabled"
}

func writeClients(w io.Writer, found []storage.Client) {
	row(w, "CLIENT ID", "NAME", "STATE", "SCOPE", "AUDIENCE", "CREATED")
	for _, c := range found {
		row(w, c.ID, c.Name, stateOf(c), strings.Join(c.Scopes, " "), strings.Join(c.Audiences, " "), day(instant(c.CreatedAt)))
	}
}
