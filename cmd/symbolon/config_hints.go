package main

// hints are what a usable configuration may still lack: config validate says them, serve logs them.
func (c Config) hints() []string {
	var hints []string
	if c.RedisURL == "" {
		hints = append(hints, "no redis_url: pending sign-ins are in this process's memory, so this must be the only node")
	}
	if len(c.TrustedProxies) == 0 && c.TLS.Cert == "" {
		hints = append(hints, "no trusted_proxies: behind a proxy everyone shares one address and its limits, so name the proxy's network")
	}
	return hints
}
