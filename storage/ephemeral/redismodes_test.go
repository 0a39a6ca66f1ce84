package ephemeral_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/ephemeral"
)

func TestRedisThatTheURLDoesNotFitIsSaidAtStart(t *testing.T) {
	protected := newServer(freePort(), t.TempDir(), "--requirepass", "right-word")
	protected.password = "right-word"
	protected.start(t)
	t.Cleanup(protected.kill)
	sentinel, master := startSentinel(t)
	for _, c := range []struct{ url, says string }{
		{"redis://:wrong-word@" + protected.addr, "refuses the user or the password"},
		{"redis://" + protected.addr, "asks for a password"},
		{"redis://" + running.single.addr + "/9999", "no database of that number"},
		{"redis://" + running.cluster.addr, "use redis-cluster://"},
		{"redis-cluster://" + running.single.addr, "use redis://"},
		{"redis://" + sentinel.addr, "use redis-sentinel://"},
		{"redis-sentinel://" + sentinel.addr + "/nothing", "no master of that name"},
	} {
		_, err := ephemeral.NewRedis(t.Context(), c.url)
		if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "-word") {
			t.Errorf("%s: %v, and not that it %s", c.url, err, c.says)
		}
	}
	for _, url := range []string{
		"redis://:right-word@" + protected.addr + "/3", "redis-sentinel://" + sentinel.addr + "/symbolon/2?sentinel_password=",
		"redis-sentinel://127.0.0.1:1," + sentinel.addr + "/symbolon", "redis://" + master.addr + "?pool_size=7",
	} {
		r := open(t, url)
		put(t, r, "key", "value", time.Minute)
		holds(t, r, "key", "value")
	}
}

// startSentinel is a master with a replica, and a Sentinel that knows them as symbolon.
func startSentinel(t *testing.T) (sentinel, master *server) {
	t.Helper()
	master, replica := startRedis(t), startRedis(t)
	host, port, _ := strings.Cut(master.addr, ":")
	replica.send(t, "REPLICAOF", host, port)
	sentinel = newSentinel(t)
	for _, command := range [][]any{
		{"SENTINEL", "MONITOR", "symbolon", host, port, "1"},
		{"SENTINEL", "SET", "symbolon", "down-after-milliseconds", "500"},
		{"SENTINEL", "SET", "symbolon", "failover-timeout", "2000"},
	} {
		sentinel.send(t, command...)
	}
	eventually(t, "the Sentinel knows the replica", func() bool {
		known, err := sentinel.admin(t).Do(t.Context(), "SENTINEL", "REPLICAS", "symbolon").Slice()
		return err == nil && len(known) == 1
	})
	return sentinel, master
}

func TestSentinelFailoverIsFollowed(t *testing.T) {
	sentinel, master := startSentinel(t)
	r := open(t, "redis-sentinel://"+sentinel.addr+"/symbolon")
	put(t, r, "before", "value", time.Minute)
	eventually(t, "the replica has it", func() bool {
		n, err := master.admin(t).Do(t.Context(), "WAIT", "1", "100").Int()
		return err == nil && n == 1
	})
	master.kill()
	eventually(t, "the new master takes values", func() bool {
		return r.Put(t.Context(), "after", []byte("value"), time.Minute) == nil
	})
	holds(t, r, "before", "value")
}

// A map of the cluster that is loaded anew once a minute is not enough.
func TestClusterFailoverIsFollowed(t *testing.T) {
	masters, replica := startCluster(t)
	r := open(t, "redis-cluster://"+masters[0].addr+","+masters[1].addr)
	everywhere := func(when string) error {
		for i := range 40 {
			if err := r.Put(t.Context(), fmt.Sprint(when, i), []byte("value"), time.Minute); err != nil {
				return err
			}
		}
		return nil
	}
	if err := everywhere("before"); err != nil {
		t.Fatal(err)
	}
	masters[0].kill()
	eventually(t, "the replica is a master", func() bool {
		role, err := replica.admin(t).Do(t.Context(), "ROLE").Slice()
		return err == nil && role[0] == "master"
	})
	eventually(t, "every slot takes values", func() bool { return everywhere("after") == nil })
}

// startCluster is three masters, and a replica of the first.
func startCluster(t *testing.T) (masters []*server, replica *server) {
	t.Helper()
	for i := range 4 {
		s := newServer(freePort(), t.TempDir(), "--cluster-enabled", "yes", "--cluster-port", freePort(), "--cluster-node-timeout", "1000")
		s.start(t)
		t.Cleanup(s.kill)
		if i < 3 {
			masters = append(masters, s)
			s.send(t, "CLUSTER", "ADDSLOTSRANGE", i*5461, min(i*5461+5460, 16383))
			s.send(t, "CLUSTER", "SET-CONFIG-EPOCH", i+1)
		} else {
			replica = s
		}
	}
	masters[2].send(t, "CLUSTER", "ADDSLOTS", 16383)
	host, _, _ := strings.Cut(masters[0].addr, ":")
	for _, s := range append(masters[1:3:3], replica) {
		masters[0].send(t, "CLUSTER", "MEET", host, strings.TrimPrefix(s.addr, host+":"), s.option("--cluster-port"))
	}
	first, err := masters[0].admin(t).Do(t.Context(), "CLUSTER", "MYID").Text()
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the replica follows", func() bool {
		return replica.admin(t).Do(t.Context(), "CLUSTER", "REPLICATE", first).Err() == nil
	})
	eventually(t, "the replica has what the master has", func() bool {
		info, err := replica.admin(t).Info(t.Context(), "replication").Result()
		return err == nil && strings.Contains(info, "master_link_status:up")
	})
	for _, s := range append(masters, replica) {
		eventually(t, "the cluster is whole", func() bool { return s.knowsCluster(t) })
	}
	return masters, replica
}

func (s *server) knowsCluster(t *testing.T) bool {
	info, err := s.admin(t).ClusterInfo(t.Context()).Result()
	nodes, err2 := s.admin(t).ClusterNodes(t.Context()).Result()
	return errors.Join(err, err2) == nil && strings.Contains(info, "cluster_state:ok") &&
		strings.Count(nodes, " connected") == 4 && strings.Count(nodes, "slave") == 1
}

func TestRedisIsReachedByTLS(t *testing.T) {
	port := freePort()
	s := newServer("0", t.TempDir(), "--tls-port", port, "--tls-cert-file", authority.cert, "--tls-key-file", authority.key,
		"--tls-auth-clients", "no")
	s.addr, s.secure = "127.0.0.1:"+port, true
	s.start(t)
	t.Cleanup(s.kill)
	r := open(t, "rediss://"+s.addr)
	put(t, r, "key", "value", time.Minute)
	holds(t, r, "key", "value")

	_, port, _ = strings.Cut(s.addr, ":")
	stranger := open(t, "rediss://localhost:"+port) // the certificate is for the address alone
	if err := stranger.Ping(t.Context()); !errors.Is(err, storage.ErrUnavailable) {
		t.Errorf("a certificate of another name: %v", err)
	}
}

func newSentinel(t *testing.T) *server {
	t.Helper()
	s := newServer(freePort(), t.TempDir())
	s.sentinel = true
	s.start(t)
	t.Cleanup(s.kill)
	return s
}
