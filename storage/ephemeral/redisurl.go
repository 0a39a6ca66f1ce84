package ephemeral

import (
	"crypto/tls"
	"errors"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// errURL says nothing of the url itself: it holds a password.
var errURL = errors.New("redis url: expected redis://[user:password@]host:port[/db], rediss:// for TLS, " +
	"or redis-cluster:// or rediss-cluster:// with host:port,host:port")

// parseURL accepts what redis.ParseURL does, and a list of hosts for a cluster.
func parseURL(raw string) (*redis.UniversalOptions, error) {
	scheme, _, _ := strings.Cut(raw, "://")
	if scheme == "redis-cluster" || scheme == "rediss-cluster" {
		return parseClusterURL(raw)
	}
	o, err := redis.ParseURL(raw)
	if err != nil || scheme == "unix" {
		return nil, errURL
	}
	return impatient(&redis.UniversalOptions{
		Addrs: []string{o.Addr}, DB: o.DB, Username: o.Username, Password: o.Password,
		TLSConfig: o.TLSConfig, PoolSize: o.PoolSize,
	}), nil
}

func parseClusterURL(raw string) (*redis.UniversalOptions, error) {
	scheme, rest, _ := strings.Cut(raw, "://")
	rest = strings.TrimSuffix(rest, "/")
	at := strings.LastIndex(rest, "@")
	hosts := strings.Split(rest[at+1:], ",")
	for _, host := range hosts {
		if name, port, err := net.SplitHostPort(host); err != nil || name == "" || port == "" {
			return nil, errURL
		}
	}
	first, err := url.Parse("redis://" + rest[:at+1] + hosts[0])
	if err != nil || first.Path != "" || first.RawQuery != "" || first.Fragment != "" {
		return nil, errURL
	}
	o := &redis.UniversalOptions{Addrs: hosts, IsClusterMode: true, Username: first.User.Username()}
	o.Password, _ = first.User.Password()
	if scheme == "rediss-cluster" {
		o.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12} // each node's name is checked
	}
	return impatient(o), nil
}

// impatient sets what makes an outage felt at once. Nothing is tried twice: a repeated GETDEL whose
// first answer was lost would report "not found" for what it had just removed.
func impatient(o *redis.UniversalOptions) *redis.UniversalOptions {
	o.ContextTimeoutEnabled = true
	o.MaxRetries = -1
	o.DialTimeout, o.DialerRetries = time.Second, 1
	o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = patience, patience, patience
	o.FailingTimeoutSeconds = 1
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return o
}
