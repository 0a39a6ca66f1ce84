package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"
)

// ceilingCommand makes this binary the ceiling server.
const ceilingCommand = "ceiling"

// ceiling answers like an authorization server that remembers nothing: what no server that signs
// can be faster than.
type ceiling struct {
	rs     *rsa.PrivateKey
	es     *ecdsa.PrivateKey
	digest [sha256.Size]byte
	keys   []byte
}

const ceilingSecret = "symbolon_cs_CEILING"

func newCeiling() (*ceiling, error) {
	rs, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	es, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	keys, err := json.Marshal(map[string]any{"keys": []any{
		map[string]string{"kty": "RSA", "n": encode(rs.N.Bytes()), "e": "AQAB"},
		map[string]string{"kty": "EC", "crv": "P-256", "x": strings.Repeat("A", 43), "y": strings.Repeat("A", 43)},
	}})
	return &ceiling{rs: rs, es: es, digest: sha256.Sum256([]byte(ceilingSecret)), keys: keys}, err
}

func (c *ceiling) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+discoveryPath, func(w http.ResponseWriter, _ *http.Request) { answerJSON(w, c.keys) })
	mux.HandleFunc("GET /jwks", func(w http.ResponseWriter, _ *http.Request) { answerJSON(w, c.keys) })
	mux.HandleFunc("GET /authorize", c.authorize)
	mux.HandleFunc("POST /token", c.authenticated(c.token))
	mux.HandleFunc("POST /introspect", c.authenticated(c.introspect))
	mux.HandleFunc("POST /revoke", c.authenticated(func(http.ResponseWriter, *http.Request) {}))
	mux.HandleFunc("GET /userinfo", c.userinfo)
	return mux
}

func (c *ceiling) authenticated(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		digest := sha256.Sum256([]byte(r.PostForm.Get("client_secret")))
		if subtle.ConstantTimeCompare(digest[:], c.digest[:]) != 1 {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		h(w, r)
	}
}

func (c *ceiling) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	w.Header().Set("Location", q.Get("redirect_uri")+"?code="+rand.Text()+"&state="+q.Get("state"))
	w.WriteHeader(http.StatusSeeOther)
}

// token signs once for an agent, and an ID token as well for a person.
func (c *ceiling) token(w http.ResponseWriter, r *http.Request) {
	client, person := r.PostForm.Get("client_id"), r.PostForm.Get("grant_type") != "client_credentials"
	answer := map[string]any{"access_token": c.sign(client), "token_type": "Bearer", "expires_in": 900, "scope": "read"}
	if person {
		answer["id_token"] = c.sign(client)
		answer["refresh_token"] = rand.Text()
	}
	body, _ := json.Marshal(answer)
	answerJSON(w, body)
}

func (c *ceiling) introspect(w http.ResponseWriter, r *http.Request) {
	claims, ok := c.open(r.PostForm.Get("token"))
	if !ok {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	body, _ := json.Marshal(map[string]any{"active": true, "sub": claims.Subject, "exp": claims.ExpiresAt, "client_id": claims.ClientID})
	answerJSON(w, body)
}

func (c *ceiling) userinfo(w http.ResponseWriter, r *http.Request) {
	claims, ok := c.open(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
	if !ok {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	body, _ := json.Marshal(map[string]any{"sub": claims.Subject, "name": "Ada", "email": "ada@example.com"})
	answerJSON(w, body)
}

func answerJSON(w http.ResponseWriter, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body)
}

// serveCeiling serves until ctx ends, having written its address to out.
func serveCeiling(ctx context.Context, out io.Writer) error {
	c, err := newCeiling()
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Fprintln(out, listener.Addr())
	server := &http.Server{Handler: c.handler(), ReadHeaderTimeout: 5 * time.Second}
	go func() { <-ctx.Done(); server.Close() }()
	if err := server.Serve(listener); ctx.Err() == nil {
		return err
	}
	return nil
}

// startCeiling runs this program again as the ceiling.
func startCeiling(dir string, callers int) (*target, func(), error) {
	self, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	read, write, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	defer read.Close()
	cmd := exec.Command(self, ceilingCommand)
	cmd.Stdout = write
	p, err := start(cmd, dir)
	write.Close()
	if err != nil {
		return nil, nil, err
	}
	var address string
	if _, err := fmt.Fscanln(read, &address); err != nil {
		p.stop()
		return nil, nil, p.told(err)
	}
	t := &target{site: newSite("http://"+address, callers), pids: func() []int { return []int{p.pid()} }}
	t.agent, t.agentES = credentials{"rs", ceilingSecret}, credentials{"es", ceilingSecret}
	t.app, t.appES = t.agent, t.agentES
	return t, p.stop, nil
}
