package oauth

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// URIDiffers returns how a URI that was sent differs from the registered one that is nearest to it:
// "requested https://app.example/cb/, registered https://app.example/cb: trailing slash".
func URIDiffers(sent string, registered []string) string {
	if len(registered) == 0 {
		return "requested " + sent + ", and none is registered"
	}
	nearest := slices.MinFunc(registered, func(a, b string) int {
		return cmp.Or(cmp.Compare(distance(sent, a), distance(sent, b)), cmp.Compare(common(sent, b), common(sent, a)))
	})
	least := uriDifferences(sent, nearest)
	text := "requested " + sent + ", registered " + nearest + ": " + strings.Join(least, ", ")
	if others := len(registered) - 1; others > 0 {
		text += fmt.Sprintf(" (of %d registered, this is the nearest)", others+1)
	}
	return text
}

// distance weighs what differs: another port, scheme or spelling is the same place of the same
// application moved elsewhere; another path or host is another place.
func distance(sent, registered string) int {
	sum := 0
	for _, what := range uriDifferences(sent, registered) {
		switch {
		case strings.HasPrefix(what, "path "), strings.HasPrefix(what, "no path"), strings.HasPrefix(what, "host "):
			sum += 4
		default:
			sum++
		}
	}
	return sum
}

// common counts the bytes that two texts begin with alike.
func common(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// uriDifferences names the parts that differ.
func uriDifferences(sent, registered string) []string {
	a, errSent := url.Parse(sent)
	b, errRegistered := url.Parse(registered)
	if errSent != nil || errRegistered != nil {
		return []string{"it is no URI that can be read"}
	}
	var parts []string
	add := func(what string) {
		if what != "" {
			parts = append(parts, what)
		}
	}
	add(differs("scheme", a.Scheme, b.Scheme))
	if a.User.String() != b.User.String() {
		add("user information")
	}
	add(differs("host", a.Hostname(), b.Hostname()))
	if _, _, loopback := cutLoopback(registered); !loopback {
		add(differs("port", a.Port(), b.Port()))
	}
	add(pathDiffers(a.EscapedPath(), b.EscapedPath()))
	add(differs("query", a.RawQuery, b.RawQuery))
	if strings.Contains(sent, "#") {
		add("fragment")
	}
	if len(parts) == 0 { // the same URI to a parser: the bytes decide
		add("spelling")
	}
	return parts
}

func differs(part, sent, registered string) string {
	switch {
	case sent == registered:
		return ""
	case strings.EqualFold(sent, registered):
		return "upper and lower case of the " + part
	case sent == "":
		return "no " + part
	case registered == "":
		return part + " " + sent
	}
	return part + " " + sent + " instead of " + registered
}

func pathDiffers(sent, registered string) string {
	decodedSent, _ := url.PathUnescape(sent)
	decodedRegistered, _ := url.PathUnescape(registered)
	switch {
	case sent == registered:
		return ""
	case strings.TrimSuffix(sent, "/") == strings.TrimSuffix(registered, "/"):
		return "trailing slash"
	case decodedSent == decodedRegistered:
		return "percent-encoding of the path"
	}
	return differs("path", sent, registered)
}

// WordsDiffer returns those of the words sent that are not registered, and all that are.
func WordsDiffer(what string, sent, registered []string) string {
	var unknown []string
	for _, word := range sent {
		if !slices.Contains(registered, word) {
			unknown = append(unknown, word)
		}
	}
	if len(registered) == 0 {
		return "requested " + strings.Join(unknown, " ") + ", and no " + what + " is registered"
	}
	return "requested " + strings.Join(unknown, " ") + ", registered " + strings.Join(registered, " ")
}
