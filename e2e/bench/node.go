package main

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"time"
)

// node is one `symbolon serve` with everything at its default, its log in a file.
type node struct {
	binary, dir, smtp string
	database          database
	listen, metrics   string
	secret            string
	process           *process
}

// prepare brings the database to the newest schema and makes the signing keys by a first start.
func (n *node) prepare() (err error) {
	if err := os.Mkdir(n.dir, 0o700); err != nil {
		return err
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	n.secret = base64.StdEncoding.EncodeToString(key)
	if n.listen, err = freeAddress(); err != nil {
		return err
	}
	if n.metrics, err = freeAddress(); err != nil {
		return err
	}
	if err := n.command(nil, "migrate", "up"); err != nil {
		return err
	}
	if err := n.start(); err != nil {
		return err
	}
	n.stop()
	return nil
}

func (n *node) issuer() string {
	_, port, _ := net.SplitHostPort(n.listen)
	return "http://127.0.0.1:" + port
}

func (n *node) env() []string {
	return []string{
		"SYMBOLON_ISSUER=" + n.issuer(), "SYMBOLON_LISTEN=" + n.listen, "SYMBOLON_METRICS_LISTEN=" + n.metrics,
		"SYMBOLON_DATABASE_URL=" + n.database.url, "SYMBOLON_SECRET=" + n.secret, "SYMBOLON_SMTP_URL=" + n.smtp,
		"SYMBOLON_MAIL_FROM=login@example.com", "SYMBOLON_SELF_REGISTRATION=true",
		"SYMBOLON_DRAIN=0s",
	}
}

// start returns when the node has answered.
func (n *node) start() (err error) {
	cmd := exec.Command(n.binary, "serve")
	cmd.Env, cmd.Dir = n.env(), n.dir
	if n.process, err = start(cmd, n.dir); err != nil {
		return err
	}
	s := newSite(n.issuer(), 1)
	defer s.close()
	return n.process.until(func() error { return s.get(discoveryPath).is(200) }, time.Millisecond)
}

func (n *node) stop() { n.process.stop() }

// command runs the command line and reads its JSON into result.
func (n *node) command(result any, args ...string) error {
	cmd := exec.Command(n.binary, append(args, "--json")...)
	var complaints bytes.Buffer
	cmd.Env, cmd.Dir, cmd.Stderr = n.env(), n.dir, &complaints
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("symbolon %v: %w\n%s", args, err, complaints.Bytes())
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal(out, result)
}

// register creates an agent or client by the command line.
func (n *node) register(args ...string) (credentials, error) {
	var made struct {
		ID     string `json:"client_id"`
		Secret string `json:"client_secret"`
	}
	err := n.command(&made, args...)
	return credentials{made.ID, made.Secret}, err
}
