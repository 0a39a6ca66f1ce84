package main

import (
	"cmp"
	"context"
	"os/exec"
	"runtime"

	"github.com/symbolon-id/symbolon/legible"
	"github.com/symbolon-id/symbolon/login/totp"
	"github.com/symbolon-id/symbolon/relyingparty"
)

// loginTerminal is where symbolon login says what to do.
type loginTerminal struct {
	say    func(format string, args ...any)
	person bool // someone reads it
}

// open shows the address, and opens it in the browser when someone sits here.
func (t loginTerminal) open(ctx context.Context, address string, noBrowser bool) {
	t.say("Sign in at\n\n  %s\n", address)
	if noBrowser || !t.person {
		return
	}
	opener := map[string]string{"darwin": "open", "windows": "explorer"}[runtime.GOOS]
	if cmd := exec.CommandContext(ctx, cmp.Or(opener, "xdg-open"), address); cmd.Start() == nil { // else the address is there to be copied
		go func() { _ = cmd.Wait() }()
	}
}

func (t loginTerminal) showDevice(d *relyingparty.Device) {
	t.say("Open %s on any device and enter\n\n  %s\n", legible.Lines(d.VerificationURI), legible.Lines(d.UserCode))
	if drawn, err := totp.QR(cmp.Or(d.VerificationURIComplete, d.VerificationURI)); err == nil && t.person {
		t.say("%s", terminalQR(drawn))
	}
}
