package ephemeral

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"
)

// check returns an error when Redis can be reached but not used as the url says, which no waiting
// repairs. A Redis that is down, full, loading or a replica may be in order later.
func (r *Redis) check(ctx context.Context) error {
	info, err := r.client.Info(ctx, "server").Result()
	if err == nil {
		return r.suits(info)
	}
	if errors.Is(err, redis.Nil) { // what a Sentinel says of a name it does not know
		return errors.New("redis_url: the Sentinel knows no master of that name")
	}
	answer := answerOf(err)
	for _, fault := range []struct{ prefix, sentence string }{
		{"WRONGPASS", "Redis refuses the user or the password"},
		{"NOAUTH", "Redis asks for a password"},
		{"ERR DB index", "Redis has no database of that number"},
		{"ERR SELECT", "a cluster has no numbered databases; use redis-cluster://"},
		{"ERR This instance has cluster support disabled", "this is no cluster; use redis://"},
	} {
		if strings.HasPrefix(answer, fault.prefix) {
			return fmt.Errorf("redis_url: %s", fault.sentence)
		}
	}
	return nil
}

// suits compares what the server says it is with what the url says.
func (r *Redis) suits(info string) error {
	_, cluster := r.client.(*redis.ClusterClient)
	switch {
	case strings.Contains(info, "redis_mode:sentinel"):
		return errors.New("redis_url: this is a Sentinel; use redis-sentinel://HOST:26379/NAME")
	case strings.Contains(info, "redis_mode:cluster") && !cluster:
		return errors.New("redis_url: this is a node of a cluster; use redis-cluster://HOST:PORT,HOST:PORT")
	}
	return nil
}

// answerOf is what Redis answered, or nothing when it did not.
func answerOf(err error) string {
	var answer redis.Error
	if errors.As(err, &answer) && !errors.Is(err, redis.Nil) {
		return answer.Error()
	}
	return ""
}
