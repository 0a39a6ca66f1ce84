package passkey_test

import (
	"encoding/asn1"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/login/logintest"
	"github.com/symbolon-id/symbolon/login/passkey"
	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// forgeries returns those of an assertion, each one change to a right one.
func forgeries() map[string]func(*said) {
	bare := func(s *said, b []byte) { s.signature = func([]byte) []byte { return b } }
	return map[string]func(*said){
		"an enrolment":              client("type", "webauthn.create"),
		"plain http":                client("origin", "http://id.example"),
		"a subdomain":               client("origin", "https://evil.id.example"),
		"another port":              client("origin", "https://id.example:8443"),
		"another host":              client("origin", "https://evil.example"),
		"a user before ours":        client("origin", "https://evil@id.example"),
		"upper case":                client("origin", "https://ID.example"),
		"the null origin":           client("origin", "null"),
		"a frame":                   client("crossOrigin", true),
		"a frame in our own page":   func(s *said) { s.client["crossOrigin"], s.client["topOrigin"] = true, "https://id.example" },
		"a top origin without one":  client("topOrigin", "https://id.example"),
		"another relying party":     func(s *said) { s.rpID = "evil.example" },
		"nobody present":            flags(verified),
		"backed up but not able to": flags(present | verified | synced),
		"able to be backed up now":  flags(present | verified | canSync),
		"no user":                   handleOf(""),
		"another user":              handleOf("u_eve"),
		"nobody's user":             handleOf("u_nobody"),
		"a flipped bit":             func(s *said) { s.signature = func(b []byte) []byte { b[len(b)-1] ^= 1; return b } },
		"no signature":              func(s *said) { bare(s, nil) },
		"malformed DER":             func(s *said) { bare(s, []byte{0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 2}) },
		"DER with a tail":           func(s *said) { s.signature = func(b []byte) []byte { return append(b, 0) } },
		"a signature of zeros":      func(s *said) { bare(s, der(0, 0)) },
		"a signature of 2 KB":       func(s *said) { bare(s, random(2048)) },
		"bytes after the data":      func(s *said) { s.tail = []byte{0xa0} },
		"extensions that are none":  flags(present | verified | 0x80),
		"extensions, malformed":     func(s *said) { s.flags |= 0x80; s.tail = []byte{0xbf} },
		"attested data":             flags(present | verified | attested),
		"another type of thing":     func(s *said) { s.top["type"] = "password" },
		"ids that differ":           func(s *said) { s.top["rawId"] = b64(random(32)) },
		"an id of no bytes":         func(s *said) { s.top["id"], s.top["rawId"] = "", "" },
		"a response that is none":   func(s *said) { s.top["response"] = "x" },
	}
}

func der(r, s int64) []byte {
	b, err := asn1.Marshal(struct{ R, S *big.Int }{big.NewInt(r), big.NewInt(s)})
	if err != nil {
		panic(err)
	}
	return b
}

func TestForgedAssertionSignsNobodyIn(t *testing.T) {
	d := deploy(t, storagetest.SQLite(t))
	n := d.node(t)
	for _, dev := range []*device{newDevice(t), newRSADevice(t, 2048), newEd25519Device(t)} {
		d.enrol(t, d.ada, dev)
		for claim, change := range forgeries() {
			b := logintest.NewBrowser(t)
			handle, _ := b.Authorize(n)
			p := post(b, n, handle, dev.get(asked(t, b, n, handle), change))
			if p.Status != http.StatusBadRequest || b.SignedIn(n) || !strings.Contains(p.Body, "wasn’t accepted") {
				t.Errorf("%s: status %d", claim, p.Status)
			}
			if again := optionsIn(t, p); !strings.Contains(p.Body, handle) || post(b, n, handle, dev.get(again)).Status != http.StatusSeeOther {
				t.Errorf("%s: the page leads nowhere", claim)
			}
		}
	}
	if sessions := len(d.sessions(t, d.eve)); sessions != 0 {
		t.Errorf("%d sessions of somebody else", sessions)
	}
}

func TestKeyOfAnotherPasskeyDoesNotFit(t *testing.T) {
	d := deploy(t, storagetest.SQLite(t))
	n := d.node(t)
	ada, eve, rsa := newDevice(t), newDevice(t), newRSADevice(t, 2048)
	for dev, user := range map[*device]storage.User{ada: d.ada, eve: d.eve, rsa: d.eve} {
		d.enrol(t, user, dev)
	}
	for _, thief := range []*device{eve, rsa} {
		thief.id, thief.user = ada.id, ada.user
		b := logintest.NewBrowser(t)
		if p := post(b, n, "", thief.get(asked(t, b, n, ""))); p.Status != http.StatusBadRequest || b.SignedIn(n) {
			t.Errorf("status %d", p.Status)
		}
	}
}

func TestMalformedAnswerIsRefused(t *testing.T) {
	d := deploy(t, storagetest.SQLite(t))
	n := d.node(t)
	dev := newDevice(t)
	d.enrol(t, d.ada, dev)
	b := logintest.NewBrowser(t)
	good := dev.get(asked(t, b, n, ""))
	before := d.DB.Stats().Statements
	for _, text := range []string{"", "{", "null", "[]", `{"id":1}`, "{}{}", good[:len(good)/2], good + good, strings.Repeat(`{"a":`, 5000)} {
		if p := post(b, n, "", text); p.Status != http.StatusBadRequest {
			t.Errorf("%.20q: status %d", text, p.Status)
		}
	}
	if p := b.Post(n, "/login/passkey", url.Values{"credential": {good, good}}); p.Status != http.StatusBadRequest {
		t.Errorf("two answers: status %d", p.Status)
	}
	if statements := d.DB.Stats().Statements - before; statements != 0 {
		t.Errorf("%d statements for nothing", statements)
	}
	if p := post(b, n, "", good); p.Status != http.StatusSeeOther {
		t.Errorf("the right one: status %d", p.Status)
	}
}

func TestOneAssertionSignsInOnce(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		nodes := []*logintest.Node{d.node(t), d.node(t)}
		dev := newDevice(t) // its counter is always zero: only the challenge distinguishes the uses
		d.enrol(t, d.ada, dev)
		ada := logintest.NewBrowser(t)
		handle, _ := ada.Authorize(nodes[0])
		credential := dev.get(asked(t, ada, nodes[0], handle))
		id := ada.Cookie(nodes[0], "symbolon_browser")
		got := map[int]int{}
		var mu sync.Mutex
		var all sync.WaitGroup
		for i := range 30 {
			all.Go(func() {
				n, b := nodes[i%2], logintest.NewBrowser(t)
				b.SetCookie(n, "symbolon_browser", id)
				p := post(b, n, handle, credential)
				mu.Lock()
				defer mu.Unlock()
				got[p.Status]++
			})
		}
		all.Wait()
		if sessions := len(d.sessions(t, d.ada)); sessions != 1 || got[http.StatusSeeOther] != 1 {
			t.Errorf("%d sessions; answers %v", sessions, got)
		}
		if p := post(ada, nodes[1], handle, credential); p.Status == http.StatusSeeOther || len(d.sessions(t, d.ada)) != 1 {
			t.Errorf("once more: status %d", p.Status)
		}
	})
}

func TestReplayIsRefusedEvenIfTheCeremonyComesBack(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		n, dev, b := d.node(t), newDevice(t), logintest.NewBrowser(t)
		d.enrol(t, d.ada, dev)
		options := asked(t, b, n, "")
		kept, err := d.Ephemeral.Get(t.Context(), ceremonyKey(t, options))
		if err != nil {
			t.Fatal(err)
		}
		credential := dev.get(options)
		if p := post(b, n, "", credential); p.Status != http.StatusSeeOther {
			t.Fatalf("status %d", p.Status)
		}
		if err := d.Ephemeral.Put(t.Context(), ceremonyKey(t, options), kept, time.Minute); err != nil { // a store restored from a snapshot
			t.Fatal(err)
		}
		if p := post(b, n, "", credential); p.Status != http.StatusGone || len(d.sessions(t, d.ada)) != 1 {
			t.Errorf("status %d, %d sessions", p.Status, len(d.sessions(t, d.ada)))
		}
	})
}

func TestChallengeIsForOneBrowserAndRequestForFiveMinutes(t *testing.T) {
	d := deploy(t, storagetest.SQLite(t))
	n, dev := d.node(t), newDevice(t)
	d.enrol(t, d.ada, dev)
	ada, eve := logintest.NewBrowser(t), logintest.NewBrowser(t)
	handle, _ := ada.Authorize(n)
	eves, _ := eve.Authorize(n)
	options := asked(t, ada, n, handle)
	enrolling, err := d.enrolment().Options(t.Context(), d.ada, ada.Cookie(n, "symbolon_browser"))
	if err != nil {
		t.Fatal(err)
	}
	for claim, p := range map[string]logintest.Page{
		"another browser":        post(eve, n, eves, dev.get(options)),
		"another browser, alone": post(logintest.NewBrowser(t), n, "", dev.get(options)),
		"no request":             post(ada, n, "", dev.get(options)),
		"made up":                post(ada, n, handle, dev.get(options, client("challenge", b64(random(32))))),
		"none":                   post(ada, n, handle, dev.get(options, client("challenge", ""))),
		"of an enrolment":        post(ada, n, "", dev.get(options, client("challenge", read(t, enrolling).Challenge))),
	} {
		if p.Status != http.StatusBadRequest || !strings.Contains(p.Body, "too long") {
			t.Errorf("%s: status %d", claim, p.Status)
		}
	}
	d.Clock.Add(5 * time.Minute)
	if p := post(ada, n, handle, dev.get(options)); p.Status != http.StatusBadRequest {
		t.Errorf("late: status %d", p.Status)
	}
	if len(d.sessions(t, d.ada)) != 0 {
		t.Error("somebody is signed in")
	}
	if p := ada.Follow(n, post(ada, n, handle, dev.get(asked(t, ada, n, handle)))); p.Body != "u_ada " {
		t.Errorf("in time: %d %q", p.Status, p.Body)
	}
}

func TestUnknownPasskeyIsToldToTheBrowser(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		n, dev, stranger := d.node(t), newDevice(t), newDevice(t)
		p := d.enrol(t, d.ada, dev)
		if err := d.DB.DropPasskey(t.Context(), d.ada.ID, p.ID); err != nil {
			t.Fatal(err)
		}
		stranger.user = d.ada.ID
		for _, unknown := range []*device{dev, stranger} {
			b := logintest.NewBrowser(t)
			p := post(b, n, "", unknown.get(asked(t, b, n, "")))
			if p.Status != http.StatusNotFound || b.SignedIn(n) || !strings.Contains(p.Body, "data-signal-unknown") || !strings.Contains(p.Body, b64(unknown.id)) {
				t.Errorf("status %d", p.Status)
			}
		}
		b, long := logintest.NewBrowser(t), newDevice(t)
		long.id = random(2048)
		if p := post(b, n, "", long.get(asked(t, b, n, ""))); p.Status != http.StatusBadRequest {
			t.Errorf("an id of 2 KB: status %d", p.Status)
		}
	})
}

func TestAuditSaysThatBackupEligibilityChanged(t *testing.T) {
	d := deploy(t, storagetest.SQLite(t))
	n, bound, synced := d.node(t), newDevice(t), newDevice(t)
	synced.flags |= canSync
	for _, dev := range []*device{bound, synced} {
		d.enrol(t, d.ada, dev)
		dev.flags ^= canSync
		b := logintest.NewBrowser(t)
		if p := post(b, n, "", dev.get(asked(t, b, n, ""))); p.Status != http.StatusBadRequest || b.SignedIn(n) {
			t.Errorf("status %d", p.Status)
		}
	}
	if got := d.refusals(t); got["backup_eligible_changed"] != 2 {
		t.Errorf("%v", got)
	}
}

func TestUserHandleMayBeAnyBytes(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		n := d.node(t)
		for _, handle := range []string{"\x00", "u_\x00ada", "\xff\xfe", strings.Repeat("\xc3", 64)} {
			b, stranger := logintest.NewBrowser(t), newDevice(t)
			stranger.user = handle
			if p := post(b, n, "", stranger.get(asked(t, b, n, ""))); p.Status != http.StatusNotFound || b.SignedIn(n) {
				t.Errorf("%q: status %d", handle, p.Status)
			}
		}
	})
}

func TestDisabledUserIsRefusedAndKeepsThePasskey(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		n, dev, b := d.node(t), newDevice(t), logintest.NewBrowser(t)
		d.enrol(t, d.ada, dev)
		options := asked(t, b, n, "")
		if err := d.DB.SetUserDisabled(t.Context(), d.ada.ID, time.Now()); err != nil {
			t.Fatal(err)
		}
		p := post(b, n, "", dev.get(options))
		if p.Status != http.StatusForbidden || b.SignedIn(n) || strings.Contains(p.Body, "data-signal") {
			t.Errorf("status %d", p.Status)
		}
	})
}

func TestCounterNeverGoesBack(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		n, dev := d.node(t), newDevice(t)
		dev.counter = 5
		d.enrol(t, d.ada, dev)
		for _, count := range []uint32{5, 4, 1, 0} {
			b := logintest.NewBrowser(t)
			p := post(b, n, "", dev.get(asked(t, b, n, ""), func(s *said) { s.counter = count }))
			if p.Status != http.StatusBadRequest || b.SignedIn(n) {
				t.Errorf("%d after 5: status %d", count, p.Status)
			}
		}
		if refused := d.refusals(t); refused["counter"] != 4 {
			t.Errorf("refusals %v", refused)
		}
		b := logintest.NewBrowser(t)
		if p := post(b, n, "", dev.get(asked(t, b, n, ""), func(s *said) { s.counter = 6 })); p.Status != http.StatusSeeOther {
			t.Errorf("6 after 5: status %d", p.Status)
		}
	})
}

func TestOfTwoClonesOneSignsIn(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		nodes, dev := []*logintest.Node{d.node(t), d.node(t)}, newDevice(t)
		dev.counter = 1
		d.enrol(t, d.ada, dev)
		got := map[int]int{}
		var mu sync.Mutex
		var all sync.WaitGroup
		for i := range 16 {
			n, b := nodes[i%2], logintest.NewBrowser(t)
			credential := dev.get(asked(t, b, n, ""), func(s *said) { s.counter = 2 })
			all.Go(func() {
				p := post(b, n, "", credential)
				mu.Lock()
				defer mu.Unlock()
				got[p.Status]++
			})
		}
		all.Wait()
		if got[http.StatusSeeOther] != 1 || len(d.sessions(t, d.ada)) != 1 {
			t.Errorf("answers %v, %d sessions", got, len(d.sessions(t, d.ada)))
		}
	})
}

func TestUseIsKeptWithTheSession(t *testing.T) {
	everywhere(t, func(t *testing.T, d *deployment) {
		n, dev, b := d.node(t), newDevice(t), logintest.NewBrowser(t)
		dev.counter, dev.flags = 7, present|verified|canSync
		d.enrol(t, d.ada, dev)
		d.Clock.Add(time.Hour)
		handle, _ := b.Authorize(n)
		planted := strings.Repeat("A", 52)
		b.SetCookie(n, "symbolon_session", planted)
		if p := b.Follow(n, post(b, n, handle, dev.get(asked(t, b, n, handle), flags(present|verified|canSync|synced)))); p.Body != "u_ada " {
			t.Fatalf("status %d", p.Status)
		}
		if b.Cookie(n, "symbolon_session") == planted {
			t.Error("the session has the value it had before")
		}
		p := d.passkeys(t, d.ada)[0]
		if p.SignCount != 8 || !p.Synced || p.LastUsedAt.UnixMilli() != d.Clock.Now().UnixMilli() {
			t.Errorf("counter %d, synced %v, used %v", p.SignCount, p.Synced, p.LastUsedAt)
		}
		if s := d.sessions(t, d.ada); len(s) != 1 || s[0].ACR != login.ACRPHR || strings.Join(s[0].AMR, " ") != "mfa pop user" {
			t.Errorf("sessions %+v", s)
		}
	})
}

func TestVerificationIsThatOfThisAnswer(t *testing.T) {
	d := deploy(t, storagetest.SQLite(t))
	n, dev, b := d.node(t), newDevice(t), logintest.NewBrowser(t)
	d.enrol(t, d.ada, dev) // which verified
	if p := post(b, n, "", dev.get(asked(t, b, n, ""), flags(present))); p.Status != http.StatusSeeOther {
		t.Fatalf("status %d", p.Status)
	}
	if s := d.sessions(t, d.ada); len(s) != 1 || s[0].ACR != login.ACRPasskey || strings.Join(s[0].AMR, " ") != "pop user" {
		t.Errorf("sessions %+v", s)
	}
}

func TestPolicyIsEnforcedAtEveryUse(t *testing.T) {
	d := deploy(t, storagetest.SQLite(t))
	dev := newDevice(t)
	d.enrol(t, d.ada, dev)
	for claim, c := range map[string]struct {
		policy passkey.Policy
		change func(*said)
	}{
		"unverified": {passkey.Policy{Verify: true}, flags(present)},
		"attachment": {passkey.Policy{Attachment: "cross-platform"}, func(*said) {}},
		"algorithm":  {passkey.Policy{Algorithms: []string{"RS256"}}, func(*said) {}},
		"model":      {passkey.Policy{AAGUIDs: []string{"ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4"}}, func(*said) {}},
	} {
		d.require(t, c.policy)
		n, b := d.node(t), logintest.NewBrowser(t)
		if p := post(b, n, "", dev.get(asked(t, b, n, ""), c.change)); p.Status != http.StatusBadRequest || b.SignedIn(n) {
			t.Errorf("%s: status %d", claim, p.Status)
		}
	}
	d.require(t, passkey.Policy{Verify: true, Attachment: "platform"})
	n, b := d.node(t), logintest.NewBrowser(t)
	options := asked(t, b, n, "")
	if p := post(b, n, "", dev.get(options)); p.Status != http.StatusSeeOther || !strings.Contains(options, `"userVerification":"required"`) {
		t.Errorf("what it asks for: status %d", p.Status)
	}
}

func TestSignInPageAsksForAnyPasskey(t *testing.T) {
	d := deploy(t, storagetest.SQLite(t))
	n, b := d.node(t), logintest.NewBrowser(t)
	d.enrol(t, d.ada, newDevice(t))
	before := d.DB.Stats().Statements
	options := asked(t, b, n, "")
	if strings.Contains(options, "allowCredentials") || !strings.Contains(options, `"userVerification":"preferred"`) || !strings.Contains(options, `"rpId":"id.example"`) {
		t.Errorf("options %s", options)
	}
	if statements := d.DB.Stats().Statements - before; statements != 0 {
		t.Errorf("%d statements: it would tell who has one", statements)
	}
	if read(t, options).Challenge == read(t, asked(t, b, n, "")).Challenge {
		t.Error("the same challenge twice")
	}
}

func TestCrossSiteAnswerIsRefused(t *testing.T) {
	d := deploy(t, storagetest.SQLite(t))
	n, dev, b := d.node(t), newDevice(t), logintest.NewBrowser(t)
	d.enrol(t, d.eve, dev)
	credential := dev.get(asked(t, b, n, ""))
	b.Header.Set("Sec-Fetch-Site", "cross-site")
	if p := post(b, n, "", credential); p.Status != http.StatusForbidden || len(d.sessions(t, d.eve)) != 0 {
		t.Errorf("status %d", p.Status)
	}
}
