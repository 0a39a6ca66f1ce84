package e2e

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	redisclient "github.com/redis/go-redis/v9"
)

// vault holds every secret and address that this run has come across. The zero vault is ready.
// Six-digit codes are left out: a log is full of six-digit numbers.
type vault struct {
	mu        sync.Mutex
	secrets   map[string]string // value → kind
	addresses map[string]string
}

func random() string { return rand.Text() }

// secret remembers a value that must be found nowhere, and returns it.
func (v *vault) secret(kind, value string) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.secrets == nil {
		v.secrets = map[string]string{}
	}
	if len(value) >= 12 { // anything shorter would be found by chance
		v.secrets[value] = kind
	}
	return value
}

// address remembers a mail address, which may stand in a database but in no log.
func (v *vault) address(value string) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.addresses == nil {
		v.addresses = map[string]string{}
	}
	v.addresses[value] = "mail address"
	return value
}

// found lists the kinds of those values that text holds, as they are, in hex or in base64.
func (v *vault) found(text []byte, logged bool) []string {
	forms, seen := v.forms(logged), map[string]bool{}
	var kinds []string
	for end := len(ending{}); end <= len(text); end++ {
		for _, f := range forms[ending(text[end-len(ending{}):end])] {
			if !seen[f.value] && bytes.HasSuffix(text[:end], []byte(f.text)) {
				seen[f.value] = true
				kinds = append(kinds, f.kind)
			}
		}
	}
	return kinds
}

// form is a way in which a value may be written.
type form struct{ value, kind, text string }

// ending is what forms are looked up by: it is random, while many begin alike.
type ending [8]byte

func (v *vault) forms(logged bool) map[ending][]form {
	v.mu.Lock()
	defer v.mu.Unlock()
	all := map[ending][]form{}
	add := func(value, kind string, texts ...string) {
		for _, text := range texts {
			last := ending([]byte(text[len(text)-len(ending{}):]))
			all[last] = append(all[last], form{value, kind, text})
		}
	}
	for value, kind := range v.secrets {
		add(value, kind, value, hex.EncodeToString([]byte(value)), insideBase64(value))
	}
	if logged {
		for value, kind := range v.addresses {
			add(value, kind, value)
		}
	}
	return all
}

func insideBase64(value string) string {
	return strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(value)), "=")[:len(value)]
}

// leaks lists what any node of this run has let slip into its log.
func (l *laboratory) leaks() []string {
	l.mu.Lock()
	logs := l.logs
	l.mu.Unlock()
	var leaks []string
	for _, name := range logs {
		text, err := os.ReadFile(name)
		if err != nil {
			leaks = append(leaks, "nothing we can read: "+err.Error())
		}
		for _, kind := range l.seen.found(text, true) {
			leaks = append(leaks, fmt.Sprintf("a %s (%s)", kind, filepath.Base(name)))
		}
	}
	return leaks
}

// passing is every byte the deployment keeps in its Redis, names and values.
func (d *deployment) passing(t testing.TB) []byte {
	t.Helper()
	if d.redis == "" {
		return nil
	}
	ctx := context.Background()
	client := redisclient.NewClient(must[*redisclient.Options](t)(redisclient.ParseURL(d.redis)))
	defer client.Close()
	var all []byte
	keys := must[[]string](t)(client.Keys(ctx, "*").Result())
	for _, key := range keys {
		value, err := client.Get(ctx, key).Result()
		if err != nil && !errors.Is(err, redisclient.Nil) && !redisclient.HasErrorPrefix(err, "WRONGTYPE") {
			t.Fatal(err)
		}
		all = append(append(all, key+" "+value...), '\n')
	}
	return all
}

// dump is every byte the deployment keeps in its database.
func (d *deployment) dump(t testing.TB) []byte {
	t.Helper()
	if path, ok := strings.CutPrefix(d.database, "sqlite:"); ok {
		var all []byte
		for _, name := range must[[]string](t)(filepath.Glob(path + "*")) { // with its write-ahead log
			all = append(all, must[[]byte](t)(os.ReadFile(name))...)
		}
		return all
	}
	ctx := context.Background()
	conn := must[*pgx.Conn](t)(pgx.Connect(ctx, d.database))
	defer conn.Close(ctx)
	names := query(t, conn, "SELECT quote_ident(table_name) FROM information_schema.tables WHERE table_schema = 'public'")
	var all []byte
	for _, name := range names {
		for _, row := range query(t, conn, "SELECT t::text FROM "+name+" t") {
			all = append(append(all, row...), '\n')
		}
	}
	return all
}

func query(t testing.TB, conn *pgx.Conn, statement string) []string {
	t.Helper()
	rows, err := conn.Query(context.Background(), statement)
	if err != nil {
		t.Fatal(err)
	}
	return must[[]string](t)(pgx.CollectRows(rows, pgx.RowTo[string]))
}

// rememberSeed: an authenticator app's key, as it is typed and as it is.
func rememberSeed(t testing.TB, key string) {
	t.Helper()
	lab.seen.secret("authenticator key", key)
	lab.seen.secret("authenticator key", string(must[[]byte](t)(base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(key))))
}

// rememberCode: a recovery code, as it is shown and as it is.
func rememberCode(code string) string {
	lab.seen.secret("recovery code", strings.ReplaceAll(code, "-", ""))
	return lab.seen.secret("recovery code", code)
}
