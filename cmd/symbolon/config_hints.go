package main

// hints are what a usable configuration may still lack: config validate says them, serve logs them.
func (c Config) hints() []string {
	var hints []string
	if c.RedisURL == "" {
		hints = append(hints, "no redis_url: pending sign-ins are kept in this process's memory, so run only one node")
	}
	if len(c.TrustedProxies) == 0 && c.TLS.Cert == "" {
		hints = append(hints, "no trusted_proxies: behind a proxy all users share one address and its limits; add the proxy's network")
	}
	return hints
}
