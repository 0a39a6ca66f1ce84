package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// process is a program that runs no longer than this one.
type process struct {
	cmd  *exec.Cmd
	log  string
	done chan error
}

// start runs cmd with what it writes in a file of dir.
func start(cmd *exec.Cmd, dir string) (*process, error) {
	log, err := os.CreateTemp(dir, filepath.Base(cmd.Path)+"-*.log")
	if err != nil {
		return nil, err
	}
	defer log.Close()
	if cmd.Stdout == nil {
		cmd.Stdout = log
	}
	cmd.Stderr = log
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, log: log.Name(), done: make(chan error, 1)}
	go func() { p.done <- cmd.Wait() }()
	return p, nil
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// stop ends the process as an operator would, and waits for it.
func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(20 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

// until asks probe again and again, every pause, until it succeeds or the process has ended.
func (p *process) until(probe func() error, pause time.Duration) error {
	err := probe()
	for deadline := time.Now().Add(30 * time.Second); err != nil && time.Now().Before(deadline); err = probe() {
		select {
		case ended := <-p.done:
			p.done <- ended
			return p.told(fmt.Errorf("ended: %v", ended))
		case <-time.After(pause):
		}
	}
	if err != nil {
		return p.told(err)
	}
	return nil
}

func (p *process) told(err error) error {
	text, _ := os.ReadFile(p.log)
	return fmt.Errorf("%s: %w\n%s", filepath.Base(p.cmd.Path), err, text[max(0, len(text)-2000):])
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
