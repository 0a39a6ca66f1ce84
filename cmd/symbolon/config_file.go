package main

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"
)

// fileLayer reads the YAML file; without --config and SYMBOLON_CONFIG it need not exist.
func (p *program) fileLayer() (layer, error) {
	path := p.configPath()
	tree := koanf.New(".")
	err := tree.Load(file.Provider(or(path, defaultFile)), yaml.Parser())
	if path == "" && errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err != nil {
		return layer{}, fmt.Errorf("read configuration: %w", err)
	}
	for _, name := range tree.Keys() {
		if !slices.Contains(allNames(), name) {
			return layer{}, unknownKey(name, or(path, defaultFile), allNames())
		}
	}
	return newLayer(tree, func(name string) string { return or(path, defaultFile) + ": " + name })
}

func (p *program) configPath() string { return or(p.config, p.getenv("SYMBOLON_CONFIG")) }
