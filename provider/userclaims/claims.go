package userclaims

import (
	"slices"

	"github.com/symbolon-id/symbolon/storage"
)

// claim is one claim about a user.
type claim struct {
	name  string
	value func(*storage.User) any // nil: no value
}

// claimsOfScope are the standard claims a scope represents (OpenID Connect Core section 5.4), and
// groups.
type claimsOfScope struct {
	scope  string
	claims []claim
}

// personal is all claims about a user. A new claim is a line here.
var personal = []claimsOfScope{
	{"profile", []claim{
		{"name", func(u *storage.User) any { return text(u.Name) }},
		{"given_name", func(u *storage.User) any { return text(u.Profile.GivenName) }},
		{"family_name", func(u *storage.User) any { return text(u.Profile.FamilyName) }},
		{"middle_name", func(u *storage.User) any { return text(u.Profile.MiddleName) }},
		{"nickname", func(u *storage.User) any { return text(u.Profile.Nickname) }},
		{"preferred_username", func(u *storage.User) any { return text(u.Profile.PreferredUsername) }},
		{"profile", func(u *storage.User) any { return text(u.Profile.Page) }},
		{"picture", func(u *storage.User) any { return text(u.Profile.Picture) }},
		{"website", func(u *storage.User) any { return text(u.Profile.Website) }},
		{"gender", func(u *storage.User) any { return text(u.Profile.Gender) }},
		{"birthdate", func(u *storage.User) any { return text(u.Profile.Birthdate) }},
		{"zoneinfo", func(u *storage.User) any { return text(u.Profile.Zoneinfo) }},
		{"locale", func(u *storage.User) any { return text(u.Profile.Locale) }},
		{"updated_at", func(u *storage.User) any { return u.UpdatedAt.Unix() }},
	}},
	{"email", []claim{
		{"email", func(u *storage.User) any { return text(u.Email) }},
		{"email_verified", func(u *storage.User) any { return known(u.Email, u.EmailVerified) }},
	}},
	{"phone", []claim{
		{"phone_number", func(u *storage.User) any { return text(u.Profile.PhoneNumber) }},
		{"phone_number_verified", func(u *storage.User) any { return known(u.Profile.PhoneNumber, false) }}, // it is never verified
	}},
	{"address", []claim{
		{"address", address},
	}},
	{"groups", []claim{
		{"groups", func(u *storage.User) any { return append([]string{}, u.Groups...) }},
	}},
}

func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// known is whether something is verified, if it is there at all.
func known(s string, verified bool) any {
	if s == "" {
		return nil
	}
	return verified
}

func address(u *storage.User) any {
	if u.Profile.Address == (storage.PostalAddress{}) {
		return nil
	}
	return u.Profile.Address
}

// Add adds to claims what these scopes stand for. Of a scope held for named claims alone only those
// are added.
func Add(claims map[string]any, user *storage.User, scopes []string, named *storage.NamedClaims) {
	for _, p := range personal {
		if !slices.Contains(scopes, p.scope) || named != nil && slices.Contains(named.Scopes, p.scope) {
			continue
		}
		for _, c := range p.claims {
			if value := c.value(user); value != nil {
				claims[c.name] = value
			}
		}
	}
}

// AddNamed adds to claims those that were asked for by name, of the scopes that are held.
func AddNamed(claims map[string]any, user *storage.User, scopes, names []string) {
	if len(names) == 0 {
		return
	}
	for _, p := range personal {
		if !slices.Contains(scopes, p.scope) {
			continue
		}
		for _, c := range p.claims {
			if value := c.value(user); value != nil && slices.Contains(names, c.name) {
				claims[c.name] = value
			}
		}
	}
}

// ScopeOf returns the scope that holds a claim, "" for one that we do not have.
func ScopeOf(name string) string {
	for _, p := range personal {
		if slices.ContainsFunc(p.claims, func(c claim) bool { return c.name == name }) {
			return p.scope
		}
	}
	return ""
}

// Scopes and personalClaims are what the metadata says of the table.
func Scopes() (scopes []string) {
	for _, p := range personal {
		scopes = append(scopes, p.scope)
	}
	return scopes
}

// Names returns the claims there are about users, as in claims_supported.
func Names() (names []string) {
	for _, p := range personal {
		for _, c := range p.claims {
			names = append(names, c.name)
		}
	}
	return names
}
