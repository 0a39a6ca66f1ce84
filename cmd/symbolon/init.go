package main

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"
)

func (p *program) initCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Write a first configuration file, with a fresh secret",
		Long: `Writes a configuration file that only you can read, to --config, $SYMBOLON_CONFIG or symbolon.yaml.
A file that is there already is never touched.`,
		Example: "  symbolon init --issuer https://login.example",
		Args:    cobra.NoArgs,
	}
	issuer := cmd.Flags().String("issuer", "https://login.example", "URL people will reach the server at")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := checkIssuer(*issuer); err != nil {
			return usageError{err}
		}
		path := or(p.configPath(), defaultFile)
		if err := writeNew(path, firstConfig(*issuer)); err != nil {
			return err
		}
		say(cmd, "Set smtp_url and mail_from in %s, then: symbolon config validate", path)
		return p.print(cmd, map[string]string{"config": path}, func(w io.Writer) { fmt.Fprintln(w, path) })
	}
	return cmd
}

func firstConfig(issuer string) string {
	return fmt.Sprintf(`# Configuration of Symbolon. Every key: symbolon config show
issuer: %s
listen: 127.0.0.1:8080        # behind a proxy that speaks https
database_url: sqlite:symbolon.db   # or postgres://USER:PASSWORD@HOST/NAME
redis_url: ""                 # needed from the second node on
secret: %s
smtp_url: ""                  # smtp://USER:PASS@HOST:587; people sign in by mail
mail_from: ""
trusted_proxies: []           # such as [10.0.0.0/8]
`, issuer, newSecret())
}

// newSecret is 32 random bytes as the secret setting wants them.
func newSecret() string {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	return base64.StdEncoding.EncodeToString(key)
}

// writeNew creates a file only its owner reads, and fails when there is one.
func writeNew(path, text string) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return hintedError{fmt.Errorf("%s is there already", path), "symbolon config validate --config " + path}
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	_, err = f.WriteString(text)
	return err
}
