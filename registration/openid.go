package registration

import (
	"cmp"
	"slices"

	"github.com/symbolon-id/symbolon/storage"
)

// openid is what OpenID Connect Dynamic Client Registration section 2 adds to RFC 7591.
type openid struct {
	subjectType, sectorURI, userInfoAlg, idTokenClaims, initiateLogin, application string
	acrs, contacts                                                                 []string
	maxAge                                                                         *int64
	authTime                                                                       bool
}

func readOpenID(o object) (m openid, err error) {
	for name, into := range map[string]*string{
		"subject_type": &m.subjectType, "sector_identifier_uri": &m.sectorURI, "userinfo_signed_response_alg": &m.userInfoAlg,
		"id_token_claims":    &m.idTokenClaims, // ours: no standard has one
		"initiate_login_uri": &m.initiateLogin, "application_type": &m.application,
	} {
		if *into, err = o.text(name); err != nil {
			return m, err
		}
	}
	for name, into := range map[string]*[]string{"default_acr_values": &m.acrs, "contacts": &m.contacts} {
		if *into, err = o.texts(name); err != nil {
			return m, err
		}
	}
	if m.maxAge, err = o.number("default_max_age"); err != nil {
		return m, err
	}
	m.authTime, err = o.flag("require_auth_time")
	return m, err
}

// apply: a public subject type is the same as none said, and so are full ID tokens.
func (m openid) apply(c *storage.ClientMetadata) {
	if c.SubjectType = m.subjectType; c.SubjectType == storage.SubjectPublic {
		c.SubjectType = ""
	}
	c.SectorIdentifierURI, c.UserInfoAlg = m.sectorURI, m.userInfoAlg
	if c.IDTokenClaims = m.idTokenClaims; c.IDTokenClaims == storage.IDTokenFull {
		c.IDTokenClaims = ""
	}
	c.DefaultMaxAge, c.RequireAuthTime, c.DefaultACRValues = m.maxAge, m.authTime, m.acrs
	c.InitiateLoginURI, c.Contacts, c.ApplicationType = m.initiateLogin, m.contacts, m.application
}

// forget leaves out the algorithms that we do not have: a document says all it can do.
func (m *openid) forget() {
	if !slices.Contains(signingAlgs(), m.userInfoAlg) {
		m.userInfoAlg = ""
	}
}

// openidAnswer is what is answered of it.
type openidAnswer struct {
	SubjectType      string   `json:"subject_type"`
	SectorURI        string   `json:"sector_identifier_uri,omitempty"`
	UserInfoAlg      string   `json:"userinfo_signed_response_alg,omitempty"`
	IDTokenClaims    string   `json:"id_token_claims,omitempty"`
	DefaultMaxAge    *int64   `json:"default_max_age,omitempty"`
	RequireAuthTime  bool     `json:"require_auth_time,omitempty"`
	DefaultACRValues []string `json:"default_acr_values,omitempty"`
	InitiateLoginURI string   `json:"initiate_login_uri,omitempty"`
	Contacts         []string `json:"contacts,omitempty"`
	ApplicationType  string   `json:"application_type,omitempty"`
}

func answerOpenID(c storage.ClientMetadata) openidAnswer {
	return openidAnswer{
		SubjectType: cmp.Or(c.SubjectType, storage.SubjectPublic), SectorURI: c.SectorIdentifierURI, UserInfoAlg: c.UserInfoAlg, IDTokenClaims: c.IDTokenClaims,
		DefaultMaxAge: c.DefaultMaxAge, RequireAuthTime: c.RequireAuthTime, DefaultACRValues: c.DefaultACRValues,
		InitiateLoginURI: c.InitiateLoginURI, Contacts: c.Contacts, ApplicationType: c.ApplicationType,
	}
}
