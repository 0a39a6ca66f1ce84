package login

// Level is how sure we are of who a user is. A higher one satisfies clients that ask for a lower one.
type Level int

// The levels, weakest first.
const (
	LevelNone    Level = iota
	LevelDev           // a name was clicked: nothing was proven
	LevelMail          // reads the account's mail
	LevelPasskey       // has a passkey, which did not verify its user
	LevelMFA           // two factors
	LevelPHR           // a passkey that verified its user: two factors in one, and no page can phish it
)

// The authentication contexts that tokens name in acr and clients in acr_values. "phr" is that of
// OpenID Connect Extended Authentication Profile (EAP) ACR Values 1.0.
const (
	ACRDev     = "urn:symbolon:acr:dev"
	ACRMail    = "urn:symbolon:acr:mail"
	ACRPasskey = "urn:symbolon:acr:passkey"
	ACRMFA     = "urn:symbolon:acr:mfa"
	ACRPHR     = "phr"
)

// ACR returns the name of the level, "" for LevelNone.
func (l Level) ACR() string {
	return [...]string{"", ACRDev, ACRMail, ACRPasskey, ACRMFA, ACRPHR}[l]
}

// LevelOf returns the level of an acr, LevelNone when it is not one of ours.
func LevelOf(acr string) Level {
	for l := LevelDev; l <= LevelPHR; l++ {
		if l.ACR() == acr {
			return l
		}
	}
	return LevelNone
}
