package passkey_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/login/passkey"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/storagetest"
	"github.com/symbolon-id/symbolon/web"
)

// refusedWith fails unless err is a page that says no.
func refusedWith(t *testing.T, err error, code string) {
	t.Helper()
	page, ok := errors.AsType[*web.Error](err)
	if !ok || page.Status != http.StatusBadRequest || page.Code != code {
		t.Errorf("got %v, want %s", err, code)
	}
}

func TestForgedEnrolmentIsRefused(t *testing.T) {
	d := deploy(t, storagetest.SQLite(t))
	key := func(cose map[int]any) func(*said) {
		return func(s *said) { s.cose = newDevice(t).encode(cose) }
	}
	good := newDevice(t)
	x, y := good.cose[-2], good.cose[-3]
	modulus, short := newRSADevice(t, 2048).cose[-1], newRSADevice(t, 1024).cose
	for claim, change := range map[string]func(*said){
		"an assertion":              client("type", "webauthn.get"),
		"no type":                   client("type", nil),
		"plain http":                client("origin", "http://id.example"),
		"a subdomain":               client("origin", "https://evil.id.example"),
		"another port":              client("origin", "https://id.example:8443"),
		"another host":              client("origin", "https://evil.example"),
		"another host after ours":   client("origin", "https://id.example.evil.example"),
		"a user before ours":        client("origin", "https://evil@id.example"),
		"a path after ours":         client("origin", "https://id.example/"),
		"the null origin":           client("origin", "null"),
		"no origin":                 client("origin", ""),
		"a frame":                   client("crossOrigin", true),
		"a frame in our own page":   func(s *said) { s.client["crossOrigin"], s.client["topOrigin"] = true, "https://id.example" },
		"a top origin without one":  client("topOrigin", "https://evil.example"),
		"another relying party":     func(s *said) { s.rpID = "evil.example" },
		"nobody present":            flags(verified | attested),
		"backed up but not able to": flags(present | attested | synced),
		"no key":                    flags(present | verified),
		"RS1":                       key(map[int]any{1: 3, 3: -65535, -1: modulus, -2: []byte{1, 0, 1}}),
		"ES384":                     key(map[int]any{1: 2, 3: -35, -1: 2, -2: random(48), -3: random(48)}),
		"ES256 with an RSA key":     key(map[int]any{1: 3, 3: -7, -1: modulus, -2: []byte{1, 0, 1}}),
		"RS256 with a P-256 key":    key(map[int]any{1: 2, 3: -257, -1: 1, -2: x, -3: y}),
		"EdDSA on Ed448":            key(map[int]any{1: 1, 3: -8, -1: 7, -2: random(57)}),
		"EdDSA on P-256":            key(map[int]any{1: 1, 3: -8, -1: 1, -2: random(32)}),
		"EdDSA, 31 bytes":           key(map[int]any{1: 1, 3: -8, -1: 6, -2: random(31)}),
		"a point off the curve":     key(map[int]any{1: 2, 3: -7, -1: 1, -2: x, -3: x}),
		"a weak RSA key":            key(short),
		"RSA with exponent 1":       key(map[int]any{1: 3, 3: -257, -1: modulus, -2: []byte{1}}),
		"RSA of 8192 bits":          key(map[int]any{1: 3, 3: -257, -1: append([]byte{0xff}, random(1023)...), -2: []byte{1, 0, 1}}),
		"no algorithm":              key(map[int]any{1: 2, -1: 1, -2: x, -3: y}),
		"CBOR after the key":        func(s *said) { s.tail = []byte{0xa0} },
		"malformed CBOR":            func(s *said) { s.cose = []byte{0xbf, 0x01} },
		"nested CBOR":               func(s *said) { s.cose = []byte(strings.Repeat("\x81", 3000)) },
		"an id of no bytes":         func(s *said) { s.id = nil },
		"an id of 2 KB":             func(s *said) { s.id = random(2048) },
		"an id unlike the signed":   func(s *said) { s.top["id"], s.top["rawId"] = b64(random(32)), b64(random(32)) },
		"an unknown format":         func(s *said) { s.format = "sworn" },
		"another type of thing":     func(s *said) { s.top["type"] = "password" },
		"a response that is none":   func(s *said) { s.top["response"] = []int{1} },
	} {
		_, err := d.finish(t, d.ada, newDevice(t).create(d.creation(t, d.ada), change))
		page, ok := errors.AsType[*web.Error](err)
		if !ok || page.Status != http.StatusBadRequest || !strings.Contains(page.Message.String(), "wasn’t accepted") {
			t.Errorf("%s: %v", claim, err)
		}
	}
	for _, text := range []string{"", "{", "null", "[]", `"x"`, `{"id":1}`, strings.Repeat("[", 60000), "{}{}"} {
		_, err := d.finish(t, d.ada, text)
		refusedWith(t, err, "passkey_invalid")
	}
	if n := len(d.passkeys(t, d.ada)); n != 0 {
		t.Fatalf("%d passkeys", n)
	}
	for _, dev := range []*device{good, newEd25519Device(t), newRSADevice(t, 2048)} {
		d.enrol(t, d.ada, dev)
	}
}

func TestRefusedEnrolmentCannotBeTriedAgain(t *testing.T) {
	d := deploy(t, storagetest.SQLite(t))
	asked, dev := d.creation(t, d.ada), newDevice(t)
	_, err := d.finish(t, d.ada, dev.create(asked, flags(verified|attested)))
	refusedWith(t, err, "passkey_invalid")
	_, err = d.finish(t, d.ada, dev.create(asked))
	refusedWith(t, err, "passkey_expired")
}

func TestEnrolmentIsForOnePersonInOneBrowserForFiveMinutes(t *testing.T) {
	d := deploy(t, storagetest.SQLite(t))
	e, dev := d.enrolment(), newDevice(t)
	asked := d.creation(t, d.ada)
	_, err := e.Finish(t.Context(), d.eve, browser, dev.create(asked), "")
	refusedWith(t, err, "passkey_expired")
	for _, other := range []string{"", "OTHER"} {
		_, err = e.Finish(t.Context(), d.ada, other, dev.create(asked), "")
		refusedWith(t, err, "passkey_expired")
	}
	_, err = d.finish(t, d.ada, dev.create(asked, client("challenge", b64(random(32)))))
	refusedWith(t, err, "passkey_expired")
	late := d.creation(t, d.ada)
	d.Clock.Add(5 * time.Minute)
	_, err = d.finish(t, d.ada, dev.create(late))
	refusedWith(t, err, "passkey_expired")
	if n := len(d.passkeys(t, d.ada)) + len(d.passkeys(t, d.eve)); n != 0 {
		t.Errorf("%d passkeys", n)
	}
}

func TestOneEnrolmentAddsOnePasskey(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		asked := d.creation(t, d.ada)
		var all sync.WaitGroup
		for range 30 {
			credential := newDevice(t).create(asked) // another credential each: only the challenge is shared
			all.Go(func() {
				if _, err := d.finish(t, d.ada, credential); err != nil {
					refusedWith(t, err, "passkey_expired")
				}
			})
		}
		all.Wait()
		if n := len(d.passkeys(t, d.ada)); n != 1 {
			t.Errorf("%d passkeys", n)
		}
	})
}

func TestCredentialOfSomebodyElseIsNotTakenOver(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		dev, thief := newDevice(t), newDevice(t)
		was := d.enrol(t, d.ada, dev)
		thief.id = dev.id
		for _, user := range []storage.User{d.eve, d.ada} {
			_, err := d.finish(t, user, thief.create(d.creation(t, user)))
			refusedWith(t, err, "passkey_exists")
		}
		p, owner, err := d.DB.PasskeyByCredential(t.Context(), dev.id)
		if err != nil || owner.ID != d.ada.ID || p.ID != was.ID || string(p.Credential) != string(was.Credential) {
			t.Errorf("it is %q of %q now: %v", p.ID, owner.ID, err)
		}
	})
}

func TestPolicyIsEnforcedOnTheServer(t *testing.T) {
	db := storagetest.SQLite(t)
	d := deploy(t, db)
	yubikey := [16]byte{0xcb, 0x69, 0x48, 0x1e, 0x8f, 0xf7, 0x40, 0x39, 0x93, 0xec, 0x0a, 0x27, 0x29, 0xa1, 0x54, 0xa8}
	const model = "CB69481E-8ff7-4039-93ec-0a2729a154a8"
	for claim, c := range map[string]struct {
		policy passkey.Policy
		code   string
		change func(*said)
	}{
		"unverified":        {passkey.Policy{Verify: true}, "passkey_invalid", flags(present | attested)},
		"attachment":        {passkey.Policy{Attachment: "cross-platform"}, "passkey_policy", func(*said) {}},
		"no attachment":     {passkey.Policy{Attachment: "platform"}, "passkey_policy", func(s *said) { s.attachment = "" }},
		"algorithm":         {passkey.Policy{Algorithms: []string{"EdDSA", "RS256"}}, "passkey_invalid", func(*said) {}},
		"model not listed":  {passkey.Policy{AAGUIDs: []string{"ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4"}}, "passkey_policy", func(*said) {}},
		"model not told":    {passkey.Policy{AAGUIDs: []string{model}}, "passkey_policy", func(*said) {}},
		"weaker than asked": {passkey.Policy{Verify: true}, "passkey_invalid", flags(present | attested | canSync | synced)},
	} {
		d.require(t, c.policy)
		dev := newDevice(t)
		if claim == "model not listed" {
			dev.aaguid = yubikey
		}
		_, err := d.finish(t, d.ada, dev.create(d.creation(t, d.ada), c.change))
		if page, ok := errors.AsType[*web.Error](err); !ok || page.Code != c.code {
			t.Errorf("%s: %v", claim, err)
		}
	}
	d.require(t, passkey.Policy{Verify: true, Attachment: "platform", AAGUIDs: []string{model}})
	dev := newDevice(t)
	dev.aaguid = yubikey
	if p := d.enrol(t, d.ada, dev); p.Name != "YubiKey 5" {
		t.Errorf("it is called %q", p.Name)
	}
}

func TestPolicyThatCannotBeMeantIsRefused(t *testing.T) {
	for _, bad := range []passkey.Policy{
		{Attachment: "usb"}, {Algorithms: []string{"ES256", "none"}}, {Algorithms: []string{""}}, {AAGUIDs: []string{"YubiKey"}},
	} {
		if _, err := passkey.NewRelyingParty(passkey.Options{Issuer: issuer, Policy: bad}); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}

func TestOptionsAskForPasskeysAndNoAttestation(t *testing.T) {
	d := deploy(t, storagetest.SQLite(t))
	dev := newDevice(t)
	d.enrol(t, d.ada, dev)
	var got struct {
		RP, User struct{ ID, Name string }
		Params   []struct{ Alg int } `json:"pubKeyCredParams"`
		Exclude  []struct {
			ID         string
			Transports []string
		} `json:"excludeCredentials"`
		Selection struct {
			ResidentKey, UserVerification string
			RequireResidentKey            bool
		} `json:"authenticatorSelection"`
		Attestation string
		Timeout     int
	}
	if err := json.Unmarshal([]byte(d.creation(t, d.ada)), &got); err != nil {
		t.Fatal(err)
	}
	user, err := base64.RawURLEncoding.DecodeString(got.User.ID)
	if err != nil || string(user) != d.ada.ID || got.User.Name != d.ada.Email || got.RP.ID != "id.example" || got.RP.Name != "Example" {
		t.Errorf("for %+v at %+v", got.User, got.RP)
	}
	if len(got.Params) != 3 || got.Params[0].Alg != -8 || got.Params[1].Alg != -7 || got.Params[2].Alg != -257 {
		t.Errorf("algorithms %v", got.Params)
	}
	if len(got.Exclude) != 1 || got.Exclude[0].ID != b64(dev.id) || len(got.Exclude[0].Transports) != 1 {
		t.Errorf("excluded: %v", got.Exclude)
	}
	if s := got.Selection; s.ResidentKey != "required" || !s.RequireResidentKey || s.UserVerification != "preferred" {
		t.Errorf("selection %+v", s)
	}
	if got.Attestation != "none" || got.Timeout != 300_000 {
		t.Errorf("attestation %q, timeout %d", got.Attestation, got.Timeout)
	}
}

func TestPasskeyThatNoBrowserWouldFindIsRefused(t *testing.T) {
	d := deploy(t, storagetest.SQLite(t))
	if !strings.Contains(d.creation(t, d.ada), `"extensions":{"credProps":true}`) {
		t.Error("browsers are not asked")
	}
	said := func(results any) func(*said) {
		return func(s *said) { s.top["clientExtensionResults"] = results }
	}
	_, err := d.finish(t, d.ada, newDevice(t).create(d.creation(t, d.ada), said(map[string]any{"credProps": map[string]any{"rk": false}})))
	refusedWith(t, err, "passkey_not_discoverable")
	for _, silent := range []any{map[string]any{}, map[string]any{"credProps": map[string]any{}}, map[string]any{"credProps": map[string]any{"rk": true}}} {
		if _, err := d.finish(t, d.ada, newDevice(t).create(d.creation(t, d.ada), said(silent))); err != nil {
			t.Errorf("%v: %v", silent, err)
		}
	}
}

func TestPasskeyMayBeNamedInAnyBytes(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		for name, want := range map[string]string{"My\x00phone": "My phone", "\xff\xfe": "Passkey", "\x00": "Passkey", "a\xc3\x1b[2J": "a [2J"} {
			p, err := d.enrolment().Finish(t.Context(), d.ada, browser, newDevice(t).create(d.creation(t, d.ada)), name)
			if err != nil || p.Name != want {
				t.Errorf("%q became %q: %v", name, p.Name, err)
			}
		}
	})
}

func TestMorePasskeysThanAnybodyHasDevicesAreRefused(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		for range storage.MaxPasskeys {
			d.enrol(t, d.ada, newDevice(t))
		}
		_, err := d.finish(t, d.ada, newDevice(t).create(d.creation(t, d.ada)))
		page, ok := errors.AsType[*web.Error](err)
		if !ok || page.Status != http.StatusConflict || page.Code != "passkey_full" {
			t.Errorf("one more: %v", err)
		}
		if n := len(d.passkeys(t, d.ada)); n != storage.MaxPasskeys {
			t.Errorf("%d passkeys", n)
		}
	})
}

func TestPasskeyIsNamedAndListed(t *testing.T) {
	d := deploy(t, storagetest.SQLite(t))
	e, dev := d.enrolment(), newDevice(t)
	dev.flags |= canSync | synced
	named, err := e.Finish(t.Context(), d.ada, browser, dev.create(d.creation(t, d.ada)), " My\n phone "+strings.Repeat("ä", 90))
	if err != nil || !strings.HasPrefix(named.Name, "My phone ä") || len([]rune(named.Name)) != 60 || !named.Synced {
		t.Errorf("%q, synced %v: %v", named.Name, named.Synced, err)
	}
	d.Clock.Add(time.Second)
	if p := d.enrol(t, d.ada, newDevice(t)); p.Name != "Passkey" || p.Synced {
		t.Errorf("%q, synced %v", p.Name, p.Synced)
	}
	signal, err := e.SignalAll(t.Context(), d.ada)
	if err != nil || signal.RPID != "id.example" || signal.UserID != b64([]byte(d.ada.ID)) || len(signal.CredentialIDs) != 2 || signal.CredentialIDs[0] != b64(dev.id) {
		t.Errorf("signal %+v: %v", signal, err)
	}
	none, err := e.SignalAll(t.Context(), d.eve)
	if err != nil || none.CredentialIDs == nil || len(none.CredentialIDs) != 0 {
		t.Errorf("signal of nobody's: %+v, %v", none, err)
	}
}
