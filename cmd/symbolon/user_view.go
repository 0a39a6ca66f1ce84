package main

import (
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/storage"
)

// userView is a person as commands print them.
type userView struct {
	UserID        string          `json:"user_id"`
	Email         string          `json:"email"`
	EmailVerified bool            `json:"email_verified"`
	SecondEmail   string          `json:"second_email,omitempty"`
	Name          string          `json:"name"`
	Groups        []string        `json:"groups"`
	Profile       storage.Profile `json:"profile"`
	Disabled      bool            `json:"disabled"`
	DisabledAt    *time.Time      `json:"disabled_at,omitempty"`
	CreatedAt     time.Time       `json:"created_at"`
	UpdatedAt     time.Time       `json:"updated_at"`
}

func viewUser(u storage.User) userView {
	return userView{
		UserID: u.ID, Email: u.Email, EmailVerified: u.EmailVerified, SecondEmail: u.SecondEmail, Name: u.Name,
		Groups: append([]string{}, u.Groups...), Profile: u.Profile,
		Disabled: !u.DisabledAt.IsZero(), DisabledAt: optional(u.DisabledAt),
		CreatedAt: instant(u.CreatedAt), UpdatedAt: instant(u.UpdatedAt),
	}
}

func (p userCommands) printUser(cmd *cobra.Command, u storage.User) error {
	return p.print(cmd, viewUser(u), func(w io.Writer) {
		row(w, "user_id", u.ID)
		row(w, "email", u.Email)
		if u.SecondEmail != "" {
			row(w, "second email", u.SecondEmail)
		}
		row(w, "name", u.Name)
		if len(u.Groups) > 0 {
			row(w, "groups", strings.Join(u.Groups, ", "))
		}
		writeProfile(w, u.Profile)
		row(w, "state", viewUser(u).state())
		row(w, "created", day(u.CreatedAt))
	})
}

func (v userView) state() string {
	switch {
	case v.Disabled:
		return "disabled"
	case !v.EmailVerified:
		return "not signed in yet"
	}
	return "enabled"
}
