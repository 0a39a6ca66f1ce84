package audit

import "strings"

// Actor names who changes a user, a client or a key: by which interface, and who that is. It is the Method
// of the event.
type Actor string

// Account is the user whom the event is about, in their account.
const Account Actor = "account"

const operators = "cli"

// Operator is a user of the operating system, at the command line.
func Operator(name string) Actor { return Actor(operators + ":" + name) }

// ByOperator reports whether e was done at the command line.
func (e Event) ByOperator() bool {
	by, _, _ := strings.Cut(e.Method, ":") // older events have no name
	return by == operators
}

// WithoutOperator returns e as the user it is about may see it, without the name of the operator.
func (e Event) WithoutOperator() Event {
	if e.ByOperator() {
		e.Method = operators
	}
	return e
}
