package users

import (
	"github.com/symbolon-id/symbolon/i18n"
	"github.com/symbolon-id/symbolon/storage"
)

// Field is one thing a profile can say, by the name of its claim (OpenID Connect Core section 5.1).
type Field struct {
	Name  string
	check check
	of    func(*storage.Profile) *string
}

// Fields are all that a profile can say, in the order they are asked for.
func Fields() []Field {
	return []Field{
		{"given_name", line, func(p *storage.Profile) *string { return &p.GivenName }},
		{"middle_name", line, func(p *storage.Profile) *string { return &p.MiddleName }},
		{"family_name", line, func(p *storage.Profile) *string { return &p.FamilyName }},
		{"nickname", line, func(p *storage.Profile) *string { return &p.Nickname }},
		{"preferred_username", line, func(p *storage.Profile) *string { return &p.PreferredUsername }},
		{"gender", line, func(p *storage.Profile) *string { return &p.Gender }},
		{"birthdate", birthdate, func(p *storage.Profile) *string { return &p.Birthdate }},
		{"locale", locale, func(p *storage.Profile) *string { return &p.Locale }},
		{"zoneinfo", zone, func(p *storage.Profile) *string { return &p.Zoneinfo }},
		{"phone_number", phone, func(p *storage.Profile) *string { return &p.PhoneNumber }},
		{"street_address", line, func(p *storage.Profile) *string { return &p.Address.Street }},
		{"postal_code", line, func(p *storage.Profile) *string { return &p.Address.PostalCode }},
		{"locality", line, func(p *storage.Profile) *string { return &p.Address.Locality }},
		{"region", line, func(p *storage.Profile) *string { return &p.Address.Region }},
		{"country", line, func(p *storage.Profile) *string { return &p.Address.Country }},
		{"website", address, func(p *storage.Profile) *string { return &p.Website }},
		{"profile", address, func(p *storage.Profile) *string { return &p.Page }},
		{"picture", address, func(p *storage.Profile) *string { return &p.Picture }},
	}
}

// Invalid says to a person what is wrong with what they wrote.
type Invalid i18n.Text

func (e Invalid) Error() string { return i18n.Text(e).String() }

// CleanName returns the name of a user as it is kept; to have none is allowed. The error is an Invalid.
func CleanName(typed string) (string, error) {
	clean, wrong := line(typed)
	if wrong != "" {
		return "", wrong
	}
	return clean, nil
}

// Get returns what p says, "" for nothing.
func (f Field) Get(p storage.Profile) string { return *f.of(&p) }

// Set makes p say text, and nothing when it is empty. The error is an Invalid; p is then as it was.
func (f Field) Set(p *storage.Profile, text string) error {
	clean, wrong := f.check(text)
	if wrong != "" {
		return wrong
	}
	*f.of(p) = clean
	return nil
}
