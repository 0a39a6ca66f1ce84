package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/symbolon-id/symbolon/details"
	"github.com/symbolon-id/symbolon/templates"
)

// Load returns the effective configuration for a mode, and where each value came from. It says what
// cannot be read; what cannot be meant is Validate's.
func (src Source) Load(m Mode) (Config, []Setting, error) {
	layers, err := src.layers(m)
	if err != nil {
		return Config{}, nil, err
	}
	var config Config
	var settings []Setting
	var problems []error
	for _, k := range Keys() {
		s := effective(k, layers)
		if err := s.read(&config); err != nil {
			problems = append(problems, err)
		}
		settings = append(settings, s)
	}
	switch m {
	case Dev:
		followListen(&config, settings)
	case Command:
		adoptDev(&config, settings)
	}
	return config, settings, errors.Join(problems...)
}

// adoptDev lets commands work beside symbolon dev, which keeps its secret and its issuer beside its
// database.
func adoptDev(c *Config, settings []Setting) {
	for name, field := range map[string]*string{"secret": &c.Secret, "issuer": &c.Issuer} {
		text, err := os.ReadFile(DevPath(c.DatabaseURL, DevData, name))
		if err != nil || *field != "" {
			continue
		}
		*field = strings.TrimSpace(string(text))
		i := slices.IndexFunc(settings, func(s Setting) bool { return s.Name == name })
		settings[i].text, settings[i].Source = *field, "symbolon dev"
	}
}

// effective takes the value of the first layer that has one; layers go from strong to weak.
func effective(k Key, layers []layer) Setting {
	for _, l := range layers {
		if text, ok := l.values[k.Name]; ok {
			return Setting{k, text, l.source(k)}
		}
	}
	return Setting{k, "", "unset"}
}

// read parses the setting's text into its field.
func (s Setting) read(c *Config) error {
	if err := parse(s.text, s.field(c)); err != nil {
		return fmt.Errorf("%s (%s): %w", s.Name, s.Source, err)
	}
	return nil
}

func parse(text string, field any) (err error) {
	switch field := field.(type) {
	case *string:
		*field = text
	case *bool:
		if *field, err = strconv.ParseBool(text); err != nil {
			err = fmt.Errorf("%q is neither true nor false", text)
		}
	case *time.Duration:
		*field, err = ParseDuration(text)
	case *[]string:
		*field = splitList(text)
	case *[]netip.Prefix:
		*field, err = parsePrefixes(text)
	case *[]templates.Link:
		*field, err = parseLinks(text)
	case **details.Types:
		*field, err = details.ParseTypes(text)
	}
	return err
}

func parsePrefixes(text string) ([]netip.Prefix, error) {
	var prefixes []netip.Prefix
	for _, part := range splitList(text) {
		if addr, err := netip.ParseAddr(part); err == nil {
			addr = addr.Unmap()
			prefixes = append(prefixes, netip.PrefixFrom(addr, addr.BitLen()))
			continue
		}
		prefix, err := netip.ParsePrefix(part)
		if err != nil {
			return nil, fmt.Errorf("%q is neither an address nor a network such as 10.0.0.0/8", part)
		}
		prefixes = append(prefixes, prefix.Masked())
	}
	return prefixes, nil
}

func splitList(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\t' })
}

// followListen keeps the issuer of dev where its listener is, when only the listener was moved.
func followListen(c *Config, settings []Setting) {
	_, port, err := net.SplitHostPort(c.Listen)
	if err != nil || settings[0].Source != FromDefault || settings[1].Source == FromDefault {
		return
	}
	c.Issuer = "http://localhost:" + port
	settings[0].text, settings[0].Source = c.Issuer, "from listen"
}

// readSecretFile returns what a *_file key names, without the newline editors put at its end.
func readSecretFile(path string) (string, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(string(content)), nil
}

// DevData is the directory that symbolon dev keeps everything in.
const DevData = "symbolon-dev"

// DevPath is where symbolon dev keeps its secret and its issuer for commands to find: beside its
// SQLite database, else in its data directory.
func DevPath(databaseURL, data, name string) string {
	if path := sqlitePath(databaseURL); path != "" {
		data = filepath.Dir(path)
	}
	return filepath.Join(data, "symbolon-dev."+name)
}

// DemoAudience is the API of the examples that symbolon dev registers.
const DemoAudience = "https://api.example"
