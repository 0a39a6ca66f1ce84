package ephemeral

import (
	"crypto/tls"
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// errURL says nothing of the url itself: it holds a password.
var errURL = errors.New("use redis://[USER:PASSWORD@]HOST:PORT[/DATABASE], rediss:// for TLS, " +
	"redis-cluster://HOST:PORT,HOST:PORT for a cluster, or redis-sentinel://HOST:PORT,HOST:PORT/NAME[/DATABASE] for Sentinel")

// CheckURL returns an error unless NewRedis can use url. Its text never repeats the password.
func CheckURL(url string) error {
	_, err := parseURL(url)
	return err
}

// redisURL is a url in its parts; net/url takes one host only.
type redisURL struct {
	scheme string
	tls    bool
	user   *url.Userinfo
	hosts  []string // host:port
	path   string
	query  url.Values
}

func parseURL(raw string) (*redis.UniversalOptions, error) {
	u, err := splitURL(raw)
	if err != nil {
		return nil, errURL
	}
	o := &redis.UniversalOptions{Addrs: u.hosts, Username: u.user.Username()}
	o.Password, _ = u.user.Password()
	if u.tls {
		o.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12} // each node's name is checked
	}
	if !u.place(o) || !u.tune(o) {
		return nil, errURL
	}
	return impatient(o), nil
}

func splitURL(raw string) (u redisURL, err error) {
	scheme, rest, _ := strings.Cut(raw, "://")
	u.scheme, u.tls = strings.CutPrefix(scheme, "rediss")
	if !u.tls {
		u.scheme = strings.TrimPrefix(scheme, "redis")
	}
	rest, query, _ := strings.Cut(rest, "?")
	if u.query, err = url.ParseQuery(query); err != nil {
		return u, err
	}
	at := strings.LastIndex(rest, "@") + 1
	hosts, path, _ := strings.Cut(rest[at:], "/")
	u.path = strings.TrimSuffix(path, "/")
	for host := range strings.SplitSeq(hosts, ",") {
		one, err := url.Parse("redis://" + rest[:at] + host)
		if err != nil || one.Hostname() == "" || one.Path+one.Fragment != "" {
			return u, errURL
		}
		u.user = one.User
		u.hosts = append(u.hosts, net.JoinHostPort(one.Hostname(), one.Port()))
	}
	return u, nil
}

// place says which of the three kinds of deployment this is, and where in it the values are.
func (u *redisURL) place(o *redis.UniversalOptions) (ok bool) {
	database := u.path
	switch u.scheme {
	case "":
		return len(u.hosts) == 1 && u.ports("6379") && number(database, &o.DB)
	case "-cluster":
		o.IsClusterMode = true
		return u.ports("") && database == ""
	case "-sentinel":
		o.MasterName, database, _ = strings.Cut(u.path, "/")
		return u.ports("26379") && o.MasterName != "" && number(database, &o.DB)
	}
	return false
}

// ports gives the hosts without a port the usual one; if there is no usual one, each must have its own.
func (u *redisURL) ports(usual string) bool {
	for i, host := range u.hosts {
		if strings.HasSuffix(host, ":") {
			u.hosts[i] += usual
		}
		if strings.HasSuffix(u.hosts[i], ":") {
			return false
		}
	}
	return true
}

// tune reads the options. An unknown one would be without effect, and is refused.
func (u *redisURL) tune(o *redis.UniversalOptions) bool {
	for name, values := range u.query {
		switch {
		case name == "pool_size" && number(values[0], &o.PoolSize):
		case name == "sentinel_username" && o.MasterName != "":
			o.SentinelUsername = values[0]
		case name == "sentinel_password" && o.MasterName != "":
			o.SentinelPassword = values[0]
		default:
			return false
		}
	}
	return true
}

// number reads a number; of nothing it is 0.
func number(text string, into *int) bool {
	if text == "" {
		return true
	}
	n, err := strconv.ParseUint(text, 10, 16)
	*into = int(n)
	return err == nil
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
