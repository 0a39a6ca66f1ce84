package e2e

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// process is a program that runs no longer than this one.
type process struct {
	cmd  *exec.Cmd
	log  string // file with everything it wrote
	done chan struct{}
	err  error // how it ended; read after done
}

// launcher starts programs, all from one thread that never ends: the kernel kills a child that asked
// for Pdeathsig together with the thread that made it.
var launcher = sync.OnceValue(func() chan<- func() {
	work := make(chan func())
	go func() {
		runtime.LockOSThread()
		for f := range work {
			f()
		}
	}()
	return work
})

// launch starts cmd with its output in a new file of dir.
func launch(cmd *exec.Cmd, dir, name string) (*process, error) {
	log, err := os.CreateTemp(dir, name+"-*.log")
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
	cmd.SysProcAttr.Setpgid = true // so that what it starts ends with it
	started := make(chan error)
	launcher() <- func() { started <- cmd.Start() }
	if err := <-started; err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, log: log.Name(), done: make(chan struct{})}
	go func() {
		p.err = cmd.Wait()
		close(p.done)
	}()
	lab.mu.Lock()
	defer lab.mu.Unlock()
	lab.processes = append(lab.processes, p)
	return p, nil
}

func (p *process) signal(s os.Signal) { _ = p.cmd.Process.Signal(s) }

// kill ends it, and what it has started, also when it has ended already.
func (p *process) kill() {
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	<-p.done
}

// answers waits until probe succeeds, and fails early when the program ends.
func (p *process) answers(within time.Duration, probe func() error) error {
	var err error
	for deadline := time.Now().Add(within); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		select {
		case <-p.done:
			return p.told(errEnded)
		default:
		}
		if err = probe(); err == nil {
			return nil
		}
	}
	return p.told(err)
}

func (p *process) told(err error) error {
	text, _ := os.ReadFile(p.log)
	return fmt.Errorf("%s: %w\n%s", filepath.Base(p.cmd.Path), err, text[max(0, len(text)-4000):])
}

// freePort is a port for a server that is about to start. The kernel gives no connection one of these, so
// that nobody takes it meanwhile; where this run begins is its own.
func freePort() (int, error) {
	const first, number = 12000, 20000
	for range number {
		port := first + (os.Getpid()*97+int(portsGiven.Add(1)))%number
		l, err := net.Listen("tcp", fmt.Sprint("127.0.0.1:", port))
		if err == nil {
			return port, l.Close()
		}
	}
	return 0, errors.New("no port is free")
}

var portsGiven atomic.Int64
