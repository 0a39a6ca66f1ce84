package main

import (
	"context"
	"errors"
	"net/url"
	"time"

	"github.com/symbolon-id/symbolon/login/totp"
)

// deviceAnswer is RFC 8628 section 3.2.
type deviceAnswer struct {
	DeviceCode string `json:"device_code"`
	UserCode   string `json:"user_code"`
	Address    string `json:"verification_uri"`
	Complete   string `json:"verification_uri_complete"`
	ExpiresIn  int64  `json:"expires_in"`
	Interval   int64  `json:"interval"`
}

// byDevice is the device flow: the browser may be anywhere.
func (l *loginWalk) byDevice(ctx context.Context) (answer tokenAnswer, err error) {
	if l.issuer.Device == "" {
		return answer, errors.New("the issuer has no device flow: it names no device_authorization_endpoint")
	}
	form := url.Values{"scope": {l.wish.scope}}
	if l.wish.resource != "" {
		form.Set("resource", l.wish.resource)
	}
	var begun deviceAnswer
	if err := l.post(ctx, l.issuer.Device, form, &begun); err != nil {
		return answer, err
	}
	l.show(begun)
	return l.poll(ctx, begun)
}

func (l *loginWalk) show(d deviceAnswer) {
	l.say("Open %s on any device and enter\n\n  %s\n", d.Address, d.UserCode)
	if drawn, err := totp.QR(or(d.Complete, d.Address)); err == nil && l.terminal {
		l.say("%s", terminalQR(drawn))
	}
}

// poll asks until somebody has decided (RFC 8628 section 3.5).
func (l *loginWalk) poll(ctx context.Context, d deviceAnswer) (answer tokenAnswer, err error) {
	interval := max(time.Duration(d.Interval)*time.Second, time.Second)
	if d.Interval == 0 {
		interval = 5 * time.Second
	}
	for {
		select {
		case <-ctx.Done():
			return answer, ctx.Err()
		case <-time.After(interval):
		}
		err := l.post(ctx, l.issuer.Token, url.Values{
			"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "device_code": {d.DeviceCode},
		}, &answer)
		var refusal oauthRefusal
		if !errors.As(err, &refusal) {
			return answer, err
		}
		switch refusal.Code {
		case "authorization_pending":
		case "slow_down":
			interval += 5 * time.Second
		default:
			return answer, refusal
		}
	}
}
