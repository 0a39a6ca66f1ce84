package server

// advised is an error with the command that helps.
type advised struct {
	error
	command string
}

// Unwrap returns the error itself.
func (e advised) Unwrap() error { return e.error }

// Try returns the command that helps.
func (e advised) Try() string { return e.command }
