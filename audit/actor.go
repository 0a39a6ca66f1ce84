package audit

import "strings"

// Actor names who changes someone's rights: through which door, and who that was. It is the Method of
// the event.
type Actor string

const operators = "cli"

// Operator is a user of the operating system, at the command line.
func Operator(name string) Actor { return Actor(operators + ":" + name) }

// ByOperator tells whether e was done at the command line.
func (e Event) ByOperator() bool {
	door, _, _ := strings.Cut(e.Method, ":") // older events say no more than the door
	return door == operators
}

// WithoutOperator returns e as the person it is about may see it: who works for the operator is not
// told.
func (e Event) WithoutOperator() Event {
	if e.ByOperator() {
		e.Method = operators
	}
	return e
}
