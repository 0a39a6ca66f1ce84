package config

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"strings"

	"github.com/knadh/koanf/v2"
	"github.com/spf13/pflag"
)

const (
	FromDefault = "default"
	DefaultFile = "symbolon.yaml"
)

// layer is one place configuration comes from, with what it says as text per key.
type layer struct {
	values map[string]string
	source func(k Key) string
}

// layers reads all of them, from strong to weak.
func (src Source) layers(m Mode) ([]layer, error) {
	environment, err := src.environmentLayer()
	if err != nil {
		return nil, err
	}
	file, dir, err := src.fileLayer()
	if err != nil {
		return nil, err
	}
	return []layer{flagLayer(src.Flags), environment, file, defaultLayer(m, dir)}, nil
}

// defaultLayer knows the directory of the configuration file; "" without one.
func defaultLayer(m Mode, dir string) layer {
	values := map[string]string{}
	for _, k := range Keys() {
		if k.initial != "" {
			values[k.Name] = k.initial
		}
	}
	switch {
	case m == Dev:
		maps.Copy(values, devDefaults())
	case dir != "":
		values["database_url"] = besideDatabase(dir, values["database_url"])
	case m == Command && Exists(devDefaults()["database_url"]):
		values["database_url"] = devDefaults()["database_url"]
	}
	return layer{values, func(Key) string { return FromDefault }}
}

func flagLayer(flags *pflag.FlagSet) layer {
	values := map[string]string{}
	for _, k := range Keys() {
		if flag := lookUp(flags, k.flagName()); flag != nil && flag.Changed {
			values[k.Name] = flag.Value.String()
		}
	}
	return layer{values, func(k Key) string { return "--" + k.flagName() }}
}

// newLayer turns a tree into texts and reads the files that *_file keys name. Relative paths count from
// dir. describe says where a key of it is set.
func newLayer(tree *koanf.Koanf, dir string, describe func(name string) string) (layer, error) {
	values, from := map[string]string{}, map[string]string{}
	for _, k := range Keys() {
		for _, name := range k.names() {
			if !tree.Exists(name) {
				continue
			}
			if _, twice := values[k.Name]; twice {
				return layer{}, fmt.Errorf("%s and %s say the same thing: keep one of them", from[k.Name], describe(name))
			}
			text, err := asText(tree.Get(name))
			if name != k.Name && err == nil {
				text, err = readSecretFile(beside(dir, text))
			}
			if err != nil {
				return layer{}, fmt.Errorf("%s: %w", describe(name), err)
			}
			values[k.Name], from[k.Name] = k.beside(dir, text), describe(name)
		}
	}
	return layer{values, func(k Key) string { return from[k.Name] }}, nil
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
func (k Key) names() []string {
	if k.kind.shown() {
		return []string{k.Name}
	}
	return []string{k.Name, k.Name + fileSuffix}
}

func allNames() []string {
	var all []string
	for _, k := range Keys() {
		all = append(all, k.names()...)
	}
	return all
}

func unknownKey(name, place string, known []string) error {
	if near := Nearest(name, known); near != "" {
		return fmt.Errorf("unknown key %s in %s: did you mean %s?", name, place, near)
	}
	return fmt.Errorf("unknown key %s in %s", name, place)
}

const redacted = "[redacted]"

// Redacted is the value as it may be shown on a screen or pasted into an issue.
func (s Setting) Redacted() string {
	if s.text == "" || s.kind.shown() || (s.kind == urlKey && IsSQLite(s.text)) {
		return s.text
	}
	u, err := url.Parse(s.text)
	if err != nil || s.kind == secret || u.Host == "" {
		return redacted // it is no URL we can read: its password could be anywhere
	}
	if _, has := u.User.Password(); has {
		u.User = url.UserPassword(u.User.Username(), redacted)
	}
	query := u.Query()
	for name := range query {
		if strings.Contains(strings.ToLower(name), "pass") {
			query.Set(name, redacted)
			u.RawQuery = query.Encode()
		}
	}
	return strings.ReplaceAll(u.String(), url.QueryEscape(redacted), redacted)
}
