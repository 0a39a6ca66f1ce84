package storage

import "time"

// Passkey is a WebAuthn credential bound to a user.
type Passkey struct {
	ID           string
	UserID       string
	CredentialID []byte // unique among all users
	Credential   []byte // what verifying it takes, as package login/passkey encodes it
	SignCount    uint32
	Synced       bool // backed up to the person's other devices (BS)
	Name         string
	CreatedAt    time.Time
	LastUsedAt   time.Time
}

// MaxPasskeys is how many passkeys a user has at most: more than a person's devices, and few enough
// to be listed to a browser.
const MaxPasskeys = 30

// TOTP is a user's authenticator app. Until it is confirmed it proves nothing.
type TOTP struct {
	UserID      string
	Seed        []byte // sealed
	CreatedAt   time.Time
	ConfirmedAt time.Time
	LastStep    int64 // the last time step that was used; it only ever grows
	LastUsedAt  time.Time
}

// Factors is what a user has enrolled, read in one query; recovery codes are those left.
type Factors struct {
	Passkeys      int
	TOTP          bool
	RecoveryCodes int
}

// Any reports whether there is anything stronger than mail.
func (f Factors) Any() bool { return f.Passkeys > 0 || f.TOTP }

// PasskeyUse is one use of a passkey. It succeeds only if the passkey is still there and its counter
// grows, or has always been zero.
type PasskeyUse struct {
	ID        string
	SignCount uint32
	Synced    bool
	At        time.Time
}

// TOTPUse is one use of an authenticator app's time step: a later one than any before.
type TOTPUse struct {
	UserID string
	Step   int64
	At     time.Time
	Reseal *Resealed `json:",omitempty"` // nil: the seed stays as it is
}

// Resealed is a seed sealed anew; it takes the place of Was, and of nothing else.
type Resealed struct{ Was, Seed []byte }

// RecoveryUse is one use of a recovery code.
type RecoveryUse struct {
	UserID string
	Digest []byte
	At     time.Time
}

// Keep is what a deployment insists must be left when a user drops a factor.
type Keep int

// What is kept, each more than the one before.
const (
	KeepNothing Keep = iota // mail is a way in
	KeepFactor              // a passkey or an authenticator app: a second factor is required
	KeepPasskey             // a passkey: without mail, nothing else is a way in
)

// Allows reports whether these are enough to remain.
func (k Keep) Allows(left Factors) bool {
	switch k {
	case KeepNothing:
		return true
	case KeepFactor:
		return left.Any()
	default:
		return left.Passkeys > 0
	}
}
