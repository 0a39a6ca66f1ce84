package login

import "fmt"

// The authentication contexts tokens name in acr, weakest first. RFC 8176 has no value for mail, so
// amr says "mail"; "mfa" is never said of a mailbox, however often it is proven.
const (
	ACRDev  = "urn:symbolon:acr:dev"  // somebody clicked a name: nothing was proven
	ACRMail = "urn:symbolon:acr:mail" // reads the account's mail
)

// Policy says what each method's proof is worth by itself. A method it does not name signs nobody
// in.
type Policy map[string]string

// DefaultPolicy is the policy of the methods there are. With a single proof nothing more is ever
// due; a second factor, once there is one, is asked for here and can never be mail.
func DefaultPolicy() Policy {
	return Policy{"mail": ACRMail, "dev": ACRDev}
}

// ACR returns the context class that p reaches.
func (policy Policy) ACR(p Proof) (string, error) {
	acr, ok := policy[p.Method]
	if !ok {
		return "", fmt.Errorf("no policy for login method %q", p.Method)
	}
	return acr, nil
}
