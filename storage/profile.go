package storage

// Profile is what a user says about themselves beyond name and mail address. The names are those
// of the standard claims (OpenID Connect Core section 5.1). It is stored as one JSON value: a field
// may be added, never renamed.
type Profile struct {
	GivenName         string        `json:"given_name,omitempty"`
	FamilyName        string        `json:"family_name,omitempty"`
	MiddleName        string        `json:"middle_name,omitempty"`
	Nickname          string        `json:"nickname,omitempty"`
	PreferredUsername string        `json:"preferred_username,omitempty"`
	Page              string        `json:"profile,omitempty"` // address of a page about the person
	Picture           string        `json:"picture,omitempty"`
	Website           string        `json:"website,omitempty"`
	Gender            string        `json:"gender,omitempty"`
	Birthdate         string        `json:"birthdate,omitempty"` // YYYY-MM-DD, YYYY, or 0000-MM-DD without the year
	Zoneinfo          string        `json:"zoneinfo,omitempty"`  // of the IANA database
	Locale            string        `json:"locale,omitempty"`    // BCP 47
	PhoneNumber       string        `json:"phone_number,omitempty"`
	Address           PostalAddress `json:"address,omitzero"`
}

// PostalAddress is the address claim (OpenID Connect Core section 5.1.1).
type PostalAddress struct {
	Street     string `json:"street_address,omitempty"`
	Locality   string `json:"locality,omitempty"`
	Region     string `json:"region,omitempty"`
	PostalCode string `json:"postal_code,omitempty"`
	Country    string `json:"country,omitempty"`
}
