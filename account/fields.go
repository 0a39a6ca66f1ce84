package account

import "github.com/symbolon-id/symbolon/storage"

// Field is one thing a profile can say, by the name of its claim (OpenID Connect Core section 5.1).
type Field struct {
	Name  string
	label string
	group int    // on the page
	fill  string // autocomplete (HTML Living Standard section 4.10.18.7)
	kind  string // of control, as templates.ProfileField says; empty: text
	eg    string // an example
	check check
	of    func(*storage.Profile) *string
}

// Groups of the page. What is operators is not on it.
const (
	naming = iota
	person
	reach
	online
	operators
)

// Fields are all that a profile can say. Applications take a preferred_username for who somebody is,
// though they should not, so nobody chooses their own.
func Fields() []Field {
	return []Field{
		{"given_name", "Given name", naming, "given-name", "", "", line, func(p *storage.Profile) *string { return &p.GivenName }},
		{"middle_name", "Middle name", naming, "additional-name", "", "", line, func(p *storage.Profile) *string { return &p.MiddleName }},
		{"family_name", "Family name", naming, "family-name", "", "", line, func(p *storage.Profile) *string { return &p.FamilyName }},
		{"nickname", "Nickname", naming, "nickname", "", "", line, func(p *storage.Profile) *string { return &p.Nickname }},
		{"preferred_username", "", operators, "", "", "", line, func(p *storage.Profile) *string { return &p.PreferredUsername }},
		{"gender", "Gender", person, "sex", "", "", line, func(p *storage.Profile) *string { return &p.Gender }},
		{"birthdate", "Date of birth", person, "bday", "date", "", birthdate, func(p *storage.Profile) *string { return &p.Birthdate }},
		{"locale", "Language", person, "language", "language", "", locale, func(p *storage.Profile) *string { return &p.Locale }},
		{"zoneinfo", "Time zone", person, "", "zone", "Europe/Berlin", zone, func(p *storage.Profile) *string { return &p.Zoneinfo }},
		{"phone_number", "Phone number", reach, "tel", "tel", "+49 30 901820", phone, func(p *storage.Profile) *string { return &p.PhoneNumber }},
		{"street_address", "Street address", reach, "street-address", "", "", line, func(p *storage.Profile) *string { return &p.Address.Street }},
		{"postal_code", "Postal code", reach, "postal-code", "", "", line, func(p *storage.Profile) *string { return &p.Address.PostalCode }},
		{"locality", "City", reach, "address-level2", "", "", line, func(p *storage.Profile) *string { return &p.Address.Locality }},
		{"region", "Region", reach, "address-level1", "", "", line, func(p *storage.Profile) *string { return &p.Address.Region }},
		{"country", "Country", reach, "country-name", "", "", line, func(p *storage.Profile) *string { return &p.Address.Country }},
		{"website", "Website", online, "url", "url", "https://ada.example", address, func(p *storage.Profile) *string { return &p.Website }},
		{"profile", "Profile page", online, "", "url", "", address, func(p *storage.Profile) *string { return &p.Page }},
		{"picture", "Picture", online, "photo", "url", "", address, func(p *storage.Profile) *string { return &p.Picture }},
	}
}

// Invalid says to a person what is wrong with what they wrote.
type Invalid string

func (e Invalid) Error() string { return string(e) }

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
