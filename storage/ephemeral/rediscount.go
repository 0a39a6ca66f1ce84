package ephemeral

import (
	"context"
	"time"

	"github.com/symbolon-id/symbolon/storage"
)

// gcra is Counts.Count on one key, in microseconds of Redis's clock, so that nodes need not agree
// on the time. ARGV: the time one event uses up, and the burst. Returns microseconds to wait.
const gcra = `
local now = redis.call('TIME'); now = now[1] * 1000000 + now[2]
local interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local arrival = tonumber(redis.call('GET', KEYS[1]) or now)
if arrival < now then arrival = now end
local following = arrival + interval
local wait = following - interval * burst - now
if wait > 0 then return wait end
redis.call('SET', KEYS[1], string.format('%.0f', following), 'PX', math.ceil((following - now) / 1000) + 1)
return 0`

// Count takes one event of key's rate. It returns 0 when the event is allowed, else how long to
// wait; a refused event uses nothing up. While Redis does not answer, this process counts alone
// and allows half, so that an outage never lifts a limit. The error is always nil.
func (r *Redis) Count(ctx context.Context, key string, l storage.Limit) (time.Duration, error) {
	if !countable(l) {
		return never, nil
	}
	var wait int64
	err := r.ask(ctx, "count", r.CountPatience, func(ctx context.Context) (err error) {
		wait, err = r.script.Run(ctx, r.client, []string{countKey(key)},
			interval(l).Microseconds(), l.Events).Int64()
		return err
	})
	if err != nil {
		return r.Local.Count(ctx, key, stricter(l))
	}
	return time.Duration(wait) * time.Microsecond, nil
}

func stricter(l storage.Limit) storage.Limit {
	return storage.Limit{Events: max(l.Events/2, 1), Per: l.Per}
}
