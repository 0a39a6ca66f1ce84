package account

import "github.com/symbolon-id/symbolon/i18n"

// control is how the page asks for a field of the profile.
type control struct {
	label i18n.Text
	group int    // on the page
	fill  string // autocomplete (HTML Living Standard section 4.10.18.7)
	kind  string // as templates.ProfileField says; empty: text
	eg    string // an example
}

// Groups of the page.
const (
	naming = iota
	person
	reach
	online
)

// controls returns those of the fields that people change themselves, by name. Applications identify users
// by preferred_username, though they should not, so users cannot choose their own.
func controls() map[string]control {
	return map[string]control{
		"given_name":     {label: "Given name", group: naming, fill: "given-name"},
		"middle_name":    {label: "Middle name", group: naming, fill: "additional-name"},
		"family_name":    {label: "Family name", group: naming, fill: "family-name"},
		"nickname":       {label: "Nickname", group: naming, fill: "nickname"},
		"gender":         {label: "Gender", group: person, fill: "sex"},
		"birthdate":      {label: "Date of birth", group: person, fill: "bday", kind: "date"},
		"locale":         {label: "Language", group: person, fill: "language", kind: "language"},
		"zoneinfo":       {label: "Time zone", group: person, kind: "zone", eg: "Europe/Berlin"},
		"phone_number":   {label: "Phone number", group: reach, fill: "tel", kind: "tel", eg: "+49 30 901820"},
		"street_address": {label: "Street address", group: reach, fill: "street-address"},
		"postal_code":    {label: "Postal code", group: reach, fill: "postal-code"},
		"locality":       {label: "City", group: reach, fill: "address-level2"},
		"region":         {label: "Region", group: reach, fill: "address-level1"},
		"country":        {label: "Country", group: reach, fill: "country-name"},
		"website":        {label: "Website", group: online, fill: "url", kind: "url", eg: "https://ada.example"},
		"profile":        {label: "Profile page", group: online, kind: "url"},
		"picture":        {label: "Picture", group: online, fill: "photo", kind: "url"},
	}
}
