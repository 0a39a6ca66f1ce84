// Command symbolon is an OAuth 2.1 and OpenID Connect server, and the command line to run it.
//
// One file holds one group of commands; serve.go is where everything is put together.
package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr))
}

// run does what args say and returns the exit code. It reads nothing of the process but its
// arguments, the files they name, and the working directory.
func run(ctx context.Context, args, env []string, stdin io.Reader, stdout, stderr io.Writer) int {
	p := &program{env: env}
	root := p.root()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitDone
	}
	if errors.Is(err, context.Canceled) { // by a signal, which needs no explanation
		return exitFailed
	}
	code, hint := explain(cmd, err)
	printError(stderr, err, hint)
	return code
}
