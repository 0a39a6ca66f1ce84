package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/symbolon-id/symbolon/config"
)

func (p *program) healthcheckCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "healthcheck",
		Short: "Check that the local server is running",
		Example: `  symbolon healthcheck
  symbolon healthcheck --ready`,
		Args: cobra.NoArgs,
	}
	ready := cmd.Flags().Bool("ready", false, "ask whether it takes requests, too")
	timeout := durationFlag(3 * time.Second)
	cmd.Flags().Var(&timeout, "timeout", "how long to wait")
	config.AddFlags(cmd.Flags(), "listen")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		conf, _, err := p.load(cmd, config.Serve)
		if err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), time.Duration(timeout))
		defer cancel()
		path := map[bool]string{false: "/livez", true: "/readyz"}[*ready]
		url, err := localURL(conf.Listen, path, conf.TLS.Cert != "")
		if err != nil {
			return err
		}
		if err := askHealth(ctx, url); err != nil {
			return hintedError{err, "symbolon config show"}
		}
		return p.print(cmd, map[string]string{"status": "ok"}, func(w io.Writer) { fmt.Fprintln(w, "ok") })
	}
	return cmd
}

// localURL is where a listener is reached from its own machine.
func localURL(listen, path string, secure bool) (string, error) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "", fmt.Errorf("listen: %w", err)
	}
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		host = "127.0.0.1"
	}
	scheme := map[bool]string{false: "http://", true: "https://"}[secure]
	return scheme + net.JoinHostPort(host, port) + path, nil
}

func askHealth(ctx context.Context, url string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	// The certificate is for the name in the issuer, not for this machine's own address.
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	answer, err := client.Do(r)
	if err != nil {
		return fmt.Errorf("no answer: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		reason, _ := io.ReadAll(io.LimitReader(answer.Body, 1<<10))
		return fmt.Errorf("%s answers %s: %s", url, answer.Status, reason)
	}
	return nil
}
