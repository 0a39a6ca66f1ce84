package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

const profileSeconds = 5

// profileOf keeps a work going while the node writes down where its CPU time goes: one file per work,
// for `go tool pprof`.
func (b *bench) profileOf(w work, t *target, n *node, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	name := strings.ReplaceAll(n.database.name+" "+w.name+".pprof", " ", "-")
	done := make(chan error, 1)
	go func() { done <- n.profile(filepath.Join(dir, name)) }()
	for {
		if _, err := b.measure(w, t, max(1, b.requests*w.times/b.callers)); err != nil {
			return err
		}
		select {
		case err := <-done:
			return err
		default:
		}
	}
}

func (n *node) profile(file string) (err error) {
	response, err := http.Get(fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", n.metrics, profileSeconds))
	if err != nil {
		return err
	}
	defer response.Body.Close()
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	_, err = io.Copy(out, response.Body)
	return err
}
