package templates

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
)

// sentences are those that arrive in English with names already in them: audit events in words,
// notices by mail, reasons. They are taken apart and told again in another language. What stands for
// {app} and {name} is kept as it is; {way} is one of ways, {when} a time, {n} a number in words or
// digits.
func sentences() []string {
	return []string{
		"{app} wants you to confirm it’s you.",
		"{app} wants a different account from the one you’re using.",
		"{app} wants a stronger sign-in. Use another way.",
		"You can use it from {when}. Keep it until then.",
		"{when}",

		"Signed in with {way}.",
		"Added {way}.",
		"Removed {way}.",
		"Renamed {way}.",
		"Gave {app} access to your account.",
		"Removed access for {app}.",
		"Someone tried to sign in with {way}.",
		"Someone tried to add {way}.",
		"Tried to remove {way}, the only way to sign in.",
		"Denied {app} access to your account.",
		"A one-time credential for {app} was used twice, so we removed its access.",
		"{app} will lose access.",

		"You can now sign in with {way}.",
		"You can no longer sign in with {way}.",
		"{app} now has access to your account",
	}
}

// ways are the parts of sentences that {way} stands for, but for those without a name in them.
func ways() []string {
	return []string{"the passkey “{name}”", "{way} and {more}"}
}

// numbers as handlers write them.
const numbers = "no one two three four five six seven eight nine ten"

// pattern recognizes one sentence.
type pattern struct {
	text  string // the message: its English text
	shape *regexp.Regexp
	names []string // of its placeholders, in order
	given int      // how many bytes of it are fixed
}

// compile orders patterns by how much of them is given, so that a name has the least to say about
// which one fits. counted are the English messages with a number, in both forms.
func compile(texts []string, counted []*i18n.Message) []pattern {
	var all []pattern
	for _, text := range texts {
		all = append(all, newPattern(text, text))
	}
	for _, m := range counted {
		all = append(all, newPattern(m.ID, m.One), newPattern(m.ID, m.Other))
	}
	slices.SortStableFunc(all, func(a, b pattern) int { return cmp.Compare(b.given, a.given) })
	return all
}

func newPattern(text, form string) pattern {
	names := placeholder.FindAllString(form, -1)
	shape := regexp.QuoteMeta(form)
	for _, name := range names {
		shape = strings.Replace(shape, regexp.QuoteMeta(name), group(name), 1)
	}
	return pattern{text: text, shape: regexp.MustCompile("(?s)^" + shape + "$"), names: names,
		given: len(text) - len(strings.Join(names, ""))}
}

func group(name string) string {
	switch name {
	case "{n}":
		return `((?i:` + strings.ReplaceAll(numbers, " ", "|") + `)|[0-9]{1,9})`
	case "{when}":
		return `([0-9]{1,2} [A-Z][a-z]+ [0-9]{4}, [0-9]{2}:[0-9]{2} UTC)`
	}
	return `(.+?)`
}

// retell is text in this language, or text itself when no pattern fits.
func (l *locale) retell(patterns []pattern, text string) string {
	for _, p := range patterns {
		found := p.shape.FindStringSubmatch(text)
		if found == nil {
			continue
		}
		if slices.Contains(p.names, "{n}") {
			return l.tn(p.text, number(found[1]))
		}
		args := make([]any, len(p.names))
		for i, name := range p.names {
			args[i] = l.part(name, found[i+1])
		}
		return fmt.Sprint(fill(cmp.Or(l.messages[p.text], p.text), p.names, args))
	}
	return text
}

// part is what stands for a placeholder.
func (l *locale) part(name, value string) string {
	switch name {
	case "{way}", "{more}":
		if said, found := l.messages[value]; found {
			return said
		}
		return l.retell(l.ways, value)
	case "{when}":
		if at, err := time.Parse(momentLayout, value); err == nil {
			return l.date(momentLayout, at)
		}
	}
	return value
}

func number(word string) int {
	if n, err := strconv.Atoi(word); err == nil {
		return n
	}
	return slices.Index(strings.Fields(numbers), strings.ToLower(word))
}
