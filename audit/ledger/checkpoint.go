package ledger

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Head is what a checkpoint says of the tree.
type Head struct {
	Origin string // names the log
	Size   int64
	Root   tlog.Hash
	At     time.Time
}

// ErrCheckpoint reports that a checkpoint is none, or that its signature is not of this key.
var ErrCheckpoint = errors.New("not a checkpoint of this log")

const timeLine = "time "

func (h Head) text() string {
	return fmt.Sprintf("%s\n%d\n%s\n%s%s\n", h.Origin, h.Size, h.Root, timeLine, h.At.UTC().Format(time.RFC3339Nano))
}

func parseHead(text string) (h Head, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 5 || lines[4] != "" {
		return h, ErrCheckpoint
	}
	h.Origin = lines[0]
	if h.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil || h.Size < 1 {
		return h, ErrCheckpoint
	}
	if h.Root, err = tlog.ParseHash(lines[2]); err != nil {
		return h, ErrCheckpoint
	}
	at, isTime := strings.CutPrefix(lines[3], timeLine)
	if h.At, err = time.Parse(time.RFC3339Nano, at); err != nil || !isTime {
		return h, ErrCheckpoint
	}
	return h, nil
}

// signer signs notes by an Ed25519 key.
type signer struct {
	note.Verifier
	key ed25519.PrivateKey
}

func (s signer) Sign(text []byte) ([]byte, error) { return ed25519.Sign(s.key, text), nil }

// VerifierKey returns the text by which others verify checkpoints of this origin.
func VerifierKey(origin string, key ed25519.PublicKey) (string, error) {
	return note.NewEd25519VerifierKey(origin, key)
}

func verifier(origin string, key ed25519.PublicKey) (note.Verifier, error) {
	text, err := VerifierKey(origin, key)
	if err != nil {
		return nil, err
	}
	return note.NewVerifier(text)
}

// sign returns the checkpoint of a head.
func sign(h Head, key ed25519.PrivateKey) (string, error) {
	v, err := verifier(h.Origin, key.Public().(ed25519.PublicKey))
	if err != nil {
		return "", err
	}
	signed, err := note.Sign(&note.Note{Text: h.text()}, signer{v, key})
	return string(signed), err
}

// open returns what a checkpoint says when the key signed it, whatever its origin was called then.
func open(checkpoint string, key ed25519.PublicKey) (Head, error) {
	origin, _, _ := strings.Cut(checkpoint, "\n")
	v, err := verifier(origin, key)
	if err != nil {
		return Head{}, fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	return openBy(checkpoint, v)
}

func openBy(checkpoint string, v note.Verifier) (Head, error) {
	n, err := note.Open([]byte(checkpoint), note.VerifierList(v))
	if err != nil {
		return Head{}, fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	return parseHead(n.Text)
}
