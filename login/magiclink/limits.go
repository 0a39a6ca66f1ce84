package magiclink

import (
	"context"
	"time"

	"github.com/symbolon-id/symbolon/web"
)

// perAddress allows three mails at once and then one every ten minutes: never more than three in
// any ten minutes.
func perAddress() web.Limit { return web.Limit{Events: 3, Per: 30 * time.Minute} }

// perNetwork leaves room for an office behind one address.
func perNetwork() web.Limit { return web.Limit{Events: 60, Per: 10 * time.Minute} }

// allow counts a mail before anything is known of its address, so that refusals tell nothing.
func (m *Method) allow(ctx context.Context, email string) error {
	network := web.Network(web.ClientIP(ctx))
	if err := m.Limiter.Allow(ctx, "mail-network:"+network, perNetwork()); err != nil {
		return err
	}
	return m.Limiter.Allow(ctx, "mail-address:"+addressID(email), perAddress())
}

// budget is how many codes may be tried.
type budget struct {
	key    string
	limit  int
	window time.Duration
}

// ofMail: five tries, after which the mail is dead.
func ofMail(rec record) budget { return budget{"mail-code:" + rec.ID, 5, time.Hour} }

// ofAddress bounds guessing over many mails. Beyond it only the links work, so that a stranger who
// guesses locks nobody out.
func ofAddress(rec record) []budget {
	id := addressID(rec.Email)
	return []budget{
		{"mail-code-burst:" + id, 10, 15 * time.Minute},
		{"mail-code-run:" + id, 100, 30 * 24 * time.Hour}, // NIST SP 800-63B section 3.2.2
	}
}

// spendTry counts a try before it is judged, in a statement of its own, so that parallel guesses
// cannot outrun it and no rollback takes it back.
func (m *Method) spendTry(ctx context.Context, budgets ...budget) (bool, error) {
	for _, b := range budgets {
		allowed, err := m.Failures.CountFailure(ctx, b.key, b.limit, b.window, m.now())
		if err != nil || !allowed {
			return false, err
		}
	}
	return true, nil
}

// forgive starts the address's counts anew: its owner has shown up.
func (m *Method) forgive(ctx context.Context, rec record) error {
	for _, b := range ofAddress(rec) {
		if err := m.Failures.ForgetFailures(ctx, b.key); err != nil {
			return err
		}
	}
	return nil
}
