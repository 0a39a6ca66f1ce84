package magiclink

import (
	"context"
	"time"

	"github.com/symbolon-id/symbolon/web"
)

// perAsker allows three mails at once and then one every ten minutes: never more than three in any
// ten minutes.
func perAsker() web.Limit { return web.Limit{Events: 3, Per: 30 * time.Minute} }

// perAddress bounds what strangers in many networks send to one mailbox.
func perAddress() web.Limit { return web.Limit{Events: 12, Per: 2 * time.Hour} }

// perNetwork leaves room for an office behind one address.
func perNetwork() web.Limit { return web.Limit{Events: 60, Per: 10 * time.Minute} }

// allow counts a mail before anything is known of its address, so that refusals tell nothing. A
// browser that used a mail to this address before has a count of its own: strangers cannot use it up.
func (m *Method) allow(ctx context.Context, browser, email string) error {
	own, err := m.counts(ctx, ownKey(browser, email))
	if err != nil {
		return err
	}
	if own != "" {
		return m.Limiter.Allow(ctx, "mail-own:"+own, perAsker())
	}
	if err := m.Limiter.AllowNetwork(ctx, "mail-network", perNetwork()); err != nil {
		return err
	}
	network := web.Network(web.ClientIP(ctx))
	there, err := m.counts(ctx, thereKey(network, email))
	if err != nil {
		return err
	}
	if err := m.Limiter.Allow(ctx, "mail-asker:"+addressID(email)+" "+network+" "+there, perAsker()); err != nil {
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

// ofAddress bounds guessing over many mails. Beyond it only the links work. Strangers who guess use
// up nothing of a browser that has counts of its own.
func (m *Method) ofAddress(ctx context.Context, rec record, browser string) ([]budget, error) {
	id, err := m.counts(ctx, ownKey(browser, rec.Email))
	if err != nil {
		return nil, err
	}
	if id == "" {
		id = addressID(rec.Email)
	}
	return []budget{
		{"mail-code-burst:" + id, 10, 15 * time.Minute},
		{"mail-code-run:" + id, 100, 30 * 24 * time.Hour}, // NIST SP 800-63B section 3.2.2
	}, nil
}

// spendTry counts a try before it is judged, in a statement of its own, so that parallel guesses
// cannot outrun it and no rollback takes it back. It returns 0 when the try may be made, else how
// long to wait.
func (m *Method) spendTry(ctx context.Context, budgets ...budget) (time.Duration, error) {
	for _, b := range budgets {
		wait, err := m.Failures.CountFailure(ctx, b.key, b.limit, b.window, m.now())
		if err != nil || wait > 0 {
			return wait, err
		}
	}
	return 0, nil
}

// forgive starts counts of guesses anew: the address's owner has shown up.
func (m *Method) forgive(ctx context.Context, budgets []budget) error {
	for _, b := range budgets {
		if err := m.Failures.ForgetFailures(ctx, b.key); err != nil {
			return err
		}
	}
	return nil
}
