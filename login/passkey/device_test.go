package passkey_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
)

// Flags of authenticator data (WebAuthn Level 3 section 6.1).
const (
	present  = 0x01
	verified = 0x04
	canSync  = 0x08
	synced   = 0x10
	attested = 0x40
)

// device is an authenticator that says whatever a test makes it say.
type device struct {
	t       testing.TB
	id      []byte
	signer  crypto.Signer
	cose    map[int]any
	aaguid  [16]byte
	user    string
	flags   byte
	counter uint32
}

func newDevice(t testing.TB) *device {
	signer, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	point, err := signer.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return &device{
		t: t, id: random(32), signer: signer, flags: present | verified,
		cose: map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]},
	}
}

func newEd25519Device(t testing.TB) *device {
	d := newDevice(t)
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	d.signer, d.cose = private, map[int]any{1: 1, 3: -8, -1: 6, -2: []byte(public)}
	return d
}

func newRSADevice(t testing.TB, bits int) *device {
	d := newDevice(t)
	private, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	d.signer, d.cose = private, map[int]any{1: 3, 3: -257, -1: private.N.Bytes(), -2: []byte{1, 0, 1}}
	return d
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

// said is what a device and its browser are about to answer.
type said struct {
	client     map[string]any
	rpID       string
	flags      byte
	counter    uint32
	id         []byte
	userHandle []byte
	attachment string
	cose       []byte // of an enrolment
	format     string
	tail       []byte // after the authenticator data
	signature  func([]byte) []byte
	top        map[string]any // replaces members of the answer
}

// options is what a page asks for.
type options struct {
	Challenge string `json:"challenge"`
	RPID      string `json:"rpId"`
	RP        struct {
		ID string `json:"id"`
	} `json:"rp"`
	User struct {
		ID string `json:"id"`
	} `json:"user"`
}

func read(t testing.TB, text string) options {
	t.Helper()
	var o options
	if err := json.Unmarshal([]byte(text), &o); err != nil || o.Challenge == "" {
		t.Fatalf("options %.60q: %v", text, err)
	}
	return o
}

func (d *device) say(kind, challenge, rpID string, changes []func(*said)) *said {
	s := &said{
		client: map[string]any{"type": kind, "challenge": challenge, "origin": "https://" + rpID, "crossOrigin": false},
		rpID:   rpID, flags: d.flags, counter: d.counter, id: d.id, userHandle: []byte(d.user), attachment: "platform", format: "none",
		signature: func(b []byte) []byte { return b }, top: map[string]any{},
	}
	s.cose = d.encode(d.cose)
	for _, change := range changes {
		change(s)
	}
	return s
}

// get answers request options; the counter grows unless it is zero.
func (d *device) get(optionsJSON string, changes ...func(*said)) string {
	d.t.Helper()
	o := read(d.t, optionsJSON)
	if d.counter > 0 {
		d.counter++
	}
	s := d.say("webauthn.get", o.Challenge, o.RPID, changes)
	client, data := d.marshal(s.client), append(s.data(), s.tail...)
	return d.credential(s, map[string]any{
		"clientDataJSON": b64(client), "authenticatorData": b64(data),
		"signature": b64(s.signature(d.sign(data, client))), "userHandle": b64(s.userHandle),
	})
}

// create answers creation options.
func (d *device) create(optionsJSON string, changes ...func(*said)) string {
	d.t.Helper()
	o := read(d.t, optionsJSON)
	user, err := base64.RawURLEncoding.DecodeString(o.User.ID)
	if err != nil {
		d.t.Fatal(err)
	}
	d.user = string(user)
	s := d.say("webauthn.create", o.Challenge, o.RP.ID, append([]func(*said){func(s *said) { s.flags |= attested }}, changes...))
	return d.credential(s, map[string]any{
		"clientDataJSON": b64(d.marshal(s.client)), "attestationObject": b64(d.object(s)), "transports": []string{"internal"},
	})
}

func (d *device) object(s *said) []byte {
	data := s.data()
	if s.flags&attested != 0 {
		data = append(data, d.aaguid[:]...)
		data = binary.BigEndian.AppendUint16(data, uint16(len(s.id)))
		data = append(append(data, s.id...), s.cose...)
	}
	return d.encode(map[string]any{"fmt": s.format, "attStmt": map[string]any{}, "authData": append(data, s.tail...)})
}

func (s *said) data() []byte {
	hash := sha256.Sum256([]byte(s.rpID))
	return binary.BigEndian.AppendUint32(append(hash[:], s.flags), s.counter)
}

func (d *device) credential(s *said, response map[string]any) string {
	all := map[string]any{
		"id": b64(s.id), "rawId": b64(s.id), "type": "public-key", "clientExtensionResults": map[string]any{},
		"authenticatorAttachment": s.attachment, "response": response,
	}
	for name, value := range s.top {
		all[name] = value
	}
	return string(d.marshal(all))
}

func (d *device) sign(data, client []byte) []byte {
	hash := sha256.Sum256(client)
	message, use := append(append([]byte{}, data...), hash[:]...), crypto.Hash(0)
	if _, pure := d.signer.(ed25519.PrivateKey); !pure {
		sum := sha256.Sum256(message)
		message, use = sum[:], crypto.SHA256
	}
	signature, err := d.signer.Sign(rand.Reader, message, use)
	if err != nil {
		d.t.Fatal(err)
	}
	return signature
}

func (d *device) encode(v any) []byte {
	b, err := webauthncbor.Marshal(v)
	if err != nil {
		d.t.Fatal(err)
	}
	return b
}

func (d *device) marshal(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		d.t.Fatal(err)
	}
	return b
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// Changes to what a device says.
func client(name string, value any) func(*said) { return func(s *said) { s.client[name] = value } }
func flags(f byte) func(*said)                  { return func(s *said) { s.flags = f } }
func handleOf(user string) func(*said)          { return func(s *said) { s.userHandle = []byte(user) } }
