package mail

import (
	"errors"
	"fmt"
	"net"
	"net/textproto"

	gomail "github.com/wneessen/go-mail"
)

// verdict says what a failed delivery means. Only an answer about this very message, to RCPT or
// DATA, can be final: a refused login, sender or connection is the operator's to repair, and the mail
// waits for it. The server's words are left out, they repeat the address.
func verdict(err error) error {
	var refusal *gomail.SendError
	if !errors.As(err, &refusal) {
		return fmt.Errorf("smtp: %w", plain(err))
	}
	code := refusal.ErrorCode()
	if code == 0 {
		return fmt.Errorf("smtp: connection lost while %s", refusal.Reason)
	}
	if code >= 500 && aboutMessage(refusal.Reason) {
		return fmt.Errorf("smtp: %d %s while %s: %w", code, refusal.EnhancedStatusCode(), refusal.Reason, ErrRefused)
	}
	return fmt.Errorf("smtp: %d %s while %s", code, refusal.EnhancedStatusCode(), refusal.Reason)
}

func aboutMessage(r gomail.SendErrReason) bool {
	return r == gomail.ErrSMTPRcptTo || r == gomail.ErrSMTPData || r == gomail.ErrSMTPDataClose
}

// plain keeps of an error what is fit for a log.
func plain(err error) error {
	var answer *textproto.Error
	if errors.As(err, &answer) {
		return fmt.Errorf("server answered %d before the message", answer.Code)
	}
	var network net.Error
	if errors.As(err, &network) {
		return network
	}
	return err
}
