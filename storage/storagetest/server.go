package storagetest

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// server is a program that runs as long as this process, in a folder that is removed with it.
type server struct {
	dir string
	as  *syscall.Credential // nil: as ourselves
}

// newServer makes the folder. PostgreSQL refuses to run as root, so root runs every server as the
// user postgres, which its package made.
func newServer(name string) (*server, error) {
	dir, err := os.MkdirTemp("", "symbolon-"+name+"-")
	if err != nil {
		return nil, err
	}
	s := &server{dir: dir}
	if os.Geteuid() != 0 {
		return s, nil
	}
	uid, gid, err := idsOf("postgres")
	if err != nil {
		return s, nil // Redis does not mind; PostgreSQL says so itself
	}
	s.as = &syscall.Credential{Uid: uid, Gid: gid}
	return s, os.Chown(dir, int(uid), int(gid))
}

func idsOf(name string) (uid, gid uint32, err error) {
	u, err := user.Lookup(name)
	if err != nil {
		return 0, 0, err
	}
	id, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return 0, 0, err
	}
	group, err := strconv.ParseUint(u.Gid, 10, 32)
	return uint32(id), uint32(group), err
}

func (s *server) command(args ...string) *exec.Cmd {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = s.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.dir, "LC_ALL=C"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.as, Setpgid: true}
	return cmd
}

func (s *server) run(args ...string) error {
	if out, err := s.command(args...).CombinedOutput(); err != nil {
		return errors.Join(fmt.Errorf("%s: %w\n%s", filepath.Base(args[0]), err, out), os.RemoveAll(s.dir))
	}
	return nil
}

// watch starts the program and waits for the end of its own standard input. The other end of that
// pipe is ours alone: however this process ends, the server is stopped and its folder removed.
const watch = `
"$@" >log 2>&1 </dev/null &
read -r nothing
kill -INT $!
wait $!
rm -rf "$PWD"`

// start runs the program on a free loopback port and returns the port when it answers.
func (s *server) start(program func(port int) []string, answers func(port int) error) (int, error) {
	port, err := freePort()
	if err != nil {
		return 0, err
	}
	cmd := s.command(append([]string{"/bin/sh", "-c", watch, "watch"}, program(port)...)...)
	if _, err := cmd.StdinPipe(); err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	go cmd.Wait() // holds our end of the pipe open until this process ends
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if err = answers(port); err == nil {
			return port, nil
		}
	}
	log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
	return 0, fmt.Errorf("%s does not answer: %w\n%s", program(port)[0], err, log)
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}
