package main

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/knadh/koanf/v2"
	"github.com/spf13/cobra"
)

const (
	sourceDefault = "default"
	defaultFile   = "symbolon.yaml"
)

// layer is one place configuration comes from, with what it says as text per key.
type layer struct {
	values map[string]string
	source func(k key) string
}

// layers reads all of them, from strong to weak.
func (p *program) layers(cmd *cobra.Command, m mode) ([]layer, error) {
	environment, err := p.environmentLayer()
	if err != nil {
		return nil, err
	}
	file, dir, err := p.fileLayer()
	if err != nil {
		return nil, err
	}
	return []layer{flagLayer(cmd), environment, file, defaultLayer(m, dir)}, nil
}

// defaultLayer knows the directory of the configuration file; "" without one.
func defaultLayer(m mode, dir string) layer {
	values := map[string]string{}
	for _, k := range configKeys() {
		if k.initial != "" {
			values[k.name] = k.initial
		}
	}
	switch {
	case m == modeDev:
		maps.Copy(values, devDefaults())
	case dir != "":
		values["database_url"] = besideDatabase(dir, values["database_url"])
	case m == modeCommand && isThere(devDefaults()["database_url"]):
		values["database_url"] = devDefaults()["database_url"]
	}
	return layer{values, func(key) string { return sourceDefault }}
}

func flagLayer(cmd *cobra.Command) layer {
	values := map[string]string{}
	for _, k := range configKeys() {
		if flag := cmd.Flags().Lookup(k.flagName()); flag != nil && flag.Changed {
			values[k.name] = flag.Value.String()
		}
	}
	return layer{values, func(k key) string { return "--" + k.flagName() }}
}

// newLayer turns a tree into texts and reads the files that *_file keys name. Relative paths count from
// dir. describe says where a key of it stands.
func newLayer(tree *koanf.Koanf, dir string, describe func(name string) string) (layer, error) {
	values, from := map[string]string{}, map[string]string{}
	for _, k := range configKeys() {
		for _, name := range k.names() {
			if !tree.Exists(name) {
				continue
			}
			if _, twice := values[k.name]; twice {
				return layer{}, fmt.Errorf("%s and %s say the same thing: keep one of them", from[k.name], describe(name))
			}
			text, err := asText(tree.Get(name))
			if name != k.name && err == nil {
				text, err = readSecretFile(beside(dir, text))
			}
			if err != nil {
				return layer{}, fmt.Errorf("%s: %w", describe(name), err)
			}
			values[k.name], from[k.name] = k.beside(dir, text), describe(name)
		}
	}
	return layer{values, func(k key) string { return from[k.name] }}, nil
}

// asText is a YAML value as the text an environment variable would have; lists become comma-separated.
func asText(value any) (string, error) {
	switch value := value.(type) {
	case nil:
		return "", nil
	case map[string]any:
		return "", errors.New("holds further keys where one value is expected")
	case []any:
		if holdsObjects(value) {
			return asJSON(value)
		}
		parts := make([]string, len(value))
		for i, part := range value {
			parts[i] = fmt.Sprint(part)
		}
		return strings.Join(parts, ","), nil
	}
	return fmt.Sprint(value), nil
}

// names are the key and, where its value is secret, the key of the file that holds it.
func (k key) names() []string {
	if k.kind.shown() {
		return []string{k.name}
	}
	return []string{k.name, k.name + fileSuffix}
}

func allNames() []string {
	var all []string
	for _, k := range configKeys() {
		all = append(all, k.names()...)
	}
	return all
}

func unknownKey(name, place string, known []string) error {
	if near := nearest(name, known); near != "" {
		return fmt.Errorf("unknown key %s in %s: did you mean %s?", name, place, near)
	}
	return fmt.Errorf("unknown key %s in %s", name, place)
}
