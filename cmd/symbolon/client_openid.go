package main

import (
	"cmp"
	"time"

	"github.com/spf13/cobra"
	"github.com/symbolon-id/symbolon/storage"

	"github.com/symbolon-id/symbolon/config"
)

// openidFlags are what OpenID Connect adds to a client.
type openidFlags struct {
	subjectType, sectorURI, userInfoAlg, idTokenClaims string
	initiateLogin, application                         string
	acrs, contacts                                     []string
	maxAge                                             maxAgeFlag
	authTime                                           bool
}

func addOpenIDFlags(cmd *cobra.Command) *openidFlags {
	f := &openidFlags{}
	flags := cmd.Flags()
	flags.StringVar(&f.subjectType, "subject-type", "", "subject identifiers: public (default), or pairwise (a different sub for each sector)")
	flags.StringVar(&f.sectorURI, "sector-identifier-uri", "", "`URI` of who answers for it; clients of one host know a person by the same pairwise sub (default: the host of its redirect URIs)")
	flags.StringVar(&f.idTokenClaims, "id-token-claims", "", "full (default), or minimal: what the scopes tell is at userinfo only")
	flags.StringVar(&f.userInfoAlg, "userinfo-signing-alg", "", "sign userinfo: RS256, ES256, PS256 or EdDSA (default, none: plain JSON)")
	flags.Var(&f.maxAge, "default-max-age", "people must have signed in within this time, unless the request says another (none: no limit)")
	flags.BoolVar(&f.authTime, "require-auth-time", false, "it wants auth_time in ID tokens (which is always there)")
	flags.StringArrayVar(&f.acrs, "default-acr", nil, "`ACR` to reach, unless the request says another; repeatable")
	flags.StringVar(&f.initiateLogin, "initiate-login-uri", "", "`URI` where a sign-in to it begins")
	flags.StringArrayVar(&f.contacts, "contact", nil, "mail `ADDRESS` of who looks after it; repeatable")
	flags.StringVar(&f.application, "application-type", "", "web or native")
	return f
}

// apply changes what was given.
func (f *openidFlags) apply(cmd *cobra.Command, c *storage.Client) {
	given := cmd.Flags().Changed
	set(given("subject-type"), &c.SubjectType, unless(storage.SubjectPublic, f.subjectType))
	set(given("sector-identifier-uri"), &c.SectorIdentifierURI, f.sectorURI)
	set(given("id-token-claims"), &c.IDTokenClaims, unless(storage.IDTokenFull, f.idTokenClaims))
	set(given("userinfo-signing-alg"), &c.UserInfoAlg, unless("none", f.userInfoAlg))
	set(given("default-max-age"), &c.DefaultMaxAge, f.maxAge.seconds)
	set(given("require-auth-time"), &c.RequireAuthTime, f.authTime)
	setList(given("default-acr"), &c.DefaultACRValues, f.acrs)
	set(given("initiate-login-uri"), &c.InitiateLoginURI, f.initiateLogin)
	setList(given("contact"), &c.Contacts, f.contacts)
	set(given("application-type"), &c.ApplicationType, f.application)
}

// maxAgeFlag is a length of time, or none.
type maxAgeFlag struct{ seconds *int64 }

func (f *maxAgeFlag) Type() string { return "duration" }

func (f *maxAgeFlag) String() string {
	if f.seconds == nil {
		return ""
	}
	return config.FormatDuration(time.Duration(*f.seconds) * time.Second)
}

func (f *maxAgeFlag) Set(text string) error {
	f.seconds = nil
	if text == "none" {
		return nil
	}
	d, err := config.ParseDuration(text)
	seconds := int64(d / time.Second)
	f.seconds = &seconds
	return err
}

// unless is value, or "" when it is the default.
func unless(standard, value string) string {
	if value == standard {
		return ""
	}
	return value
}

// openidView is that part of a client as commands print it.
type openidView struct {
	SubjectType      string   `json:"subject_type,omitempty"`
	SectorURI        string   `json:"sector_identifier_uri,omitempty"`
	IDTokenClaims    string   `json:"id_token_claims,omitempty"`
	UserInfoAlg      string   `json:"userinfo_signed_response_alg,omitempty"`
	DefaultMaxAge    *int64   `json:"default_max_age,omitempty"` // seconds
	RequireAuthTime  bool     `json:"require_auth_time,omitempty"`
	DefaultACRValues []string `json:"default_acr_values,omitempty"`
	InitiateLoginURI string   `json:"initiate_login_uri,omitempty"`
	Contacts         []string `json:"contacts,omitempty"`
	ApplicationType  string   `json:"application_type,omitempty"`
}

func viewOpenID(c storage.Client) openidView {
	if c.Kind != storage.KindApp {
		return openidView{}
	}
	return openidView{
		SubjectType: cmp.Or(c.SubjectType, storage.SubjectPublic), SectorURI: c.SectorIdentifierURI,
		IDTokenClaims: cmp.Or(c.IDTokenClaims, storage.IDTokenFull), UserInfoAlg: c.UserInfoAlg,
		DefaultMaxAge: c.DefaultMaxAge, RequireAuthTime: c.RequireAuthTime, DefaultACRValues: c.DefaultACRValues,
		InitiateLoginURI: c.InitiateLoginURI, Contacts: c.Contacts, ApplicationType: c.ApplicationType,
	}
}
