package durable_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/symbolon-id/symbolon/storage"
	"github.com/symbolon-id/symbolon/storage/storagetest"
)

// What is written to a file that was deleted or replaced would be lost after a restart.
func TestDatabaseFileThatIsGoneTakesNoWrites(t *testing.T) {
	for name, change := range map[string]func(path string) error{
		"deleted": os.Remove,
		"replaced": func(path string) error {
			return errors.Join(os.Rename(path, path+".old"), os.WriteFile(path, nil, 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			url := storagetest.SQLiteURL(t)
			w := newWorld(t, migrated(t, url))
			w.ok(w.Ready(w.ctx))
			w.ok(change(strings.TrimPrefix(url, "sqlite:")))
			w.is(w.Ready(w.ctx), storage.ErrUnavailable)
			w.is(w.RevokeToken(w.ctx, "j", w.now), storage.ErrUnavailable)
		})
	}
}

const fullDisk = "SYMBOLON_TEST_FULL_DISK"

// A disk that is full is a process, another one, whose files must not grow.
func TestFullDiskIsNotReady(t *testing.T) {
	if path := os.Getenv(fullDisk); path != "" {
		onFullDisk(t, path)
		return
	}
	path := filepath.Join(t.TempDir(), "symbolon.db")
	migrated(t, "sqlite:"+path)
	child := exec.Command(os.Args[0], "-test.run", "^TestFullDiskIsNotReady$", "-test.count", "1")
	child.Env = append(os.Environ(), fullDisk+"="+path)
	if out, err := child.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func onFullDisk(t *testing.T, path string) {
	w := newWorld(t, storagetest.Open(t, "sqlite:"+path))
	w.ok(w.Ready(w.ctx))
	log, err := os.Stat(path + "-wal")
	w.ok(err)
	var limit syscall.Rlimit
	w.ok(syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit))
	w.ok(syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: uint64(log.Size()), Max: limit.Max}))
	w.is(w.Ready(w.ctx), storage.ErrUnavailable)
	w.is(w.RevokeToken(w.ctx, "j", w.now.Add(time.Hour)), storage.ErrUnavailable)
	if _, err := w.Client(w.ctx, w.client.ID); err != nil {
		t.Errorf("it cannot even be read: %v", err)
	}
	w.ok(syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit))
	w.ok(w.Ready(w.ctx))
}
