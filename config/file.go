package config

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/rawbytes"
	"github.com/knadh/koanf/v2"
)

// fileLayer reads the YAML file and returns the directory it is in; without --config and
// SYMBOLON_CONFIG the file need not exist.
func (src Source) fileLayer() (l layer, dir string, err error) {
	path := cmp.Or(src.File(), DefaultFile)
	tree := koanf.New(".")
	text, err := os.ReadFile(path)
	if src.File() == "" && errors.Is(err, fs.ErrNotExist) {
		return layer{}, "", nil
	}
	if err == nil {
		err = tree.Load(rawbytes.Provider(text), yaml.Parser())
	}
	if err != nil {
		return layer{}, "", fmt.Errorf("read configuration: %w", err)
	}
	for _, name := range tree.Keys() {
		if !slices.Contains(allNames(), name) {
			return layer{}, "", unknownKey(name, path, allNames())
		}
	}
	dir = filepath.Dir(path)
	l, err = newLayer(tree, dir, func(name string) string { return path + ": " + name })
	return l, dir, err
}

// File returns the path of the configuration file that was named, "" for none.
func (src Source) File() string { return cmp.Or(src.Path, src.getenv("SYMBOLON_CONFIG")) }
