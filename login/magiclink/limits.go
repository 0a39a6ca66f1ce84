package magiclink

import (
	"context"
	"time"

	"github.com/symbolon-id/symbolon/login"
	"github.com/symbolon-id/symbolon/web"
)

// perAsker allows three mails at once and then one every ten minutes: never more than three in any
// ten minutes.
func perAsker() web.Limit { return web.Limit{Events: 3, Per: 30 * time.Minute} }

// perAddress bounds what strangers in many networks send to one mailbox.
func perAddress() web.Limit { return web.Limit{Events: 12, Per: 2 * time.Hour} }

// perNetwork returns a limit with room for an office behind one address.
func perNetwork() web.Limit { return web.Limit{Events: 60, Per: 10 * time.Minute} }

// allow counts a mail before anything is known of its address, so that refusals reveal nothing. A
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

func (m *Method) tries() login.Tries { return login.Tries{Failures: m.Failures, Now: m.now} }

// ofMail returns the budget of five tries, after which the mail is dead.
func ofMail(rec record) login.Budget {
	return login.Budget{Key: "mail-code:" + rec.ID, Limit: 5, Window: time.Hour}
}

// ofAddress bounds guessing over many mails. Beyond it only the links work. Strangers who guess use
// up nothing of a browser that has counts of its own.
func (m *Method) ofAddress(ctx context.Context, rec record, browser string) ([]login.Budget, error) {
	id, err := m.counts(ctx, ownKey(browser, rec.Email))
	if err != nil {
		return nil, err
	}
	if id == "" {
		id = addressID(rec.Email)
	}
	return []login.Budget{
		{Key: "mail-code-burst:" + id, Limit: 10, Window: 15 * time.Minute},
		{Key: "mail-code-run:" + id, Limit: 100, Window: 30 * 24 * time.Hour}, // NIST SP 800-63B section 3.2.2
	}, nil
}
