package clients

import (
	"iter"
	"slices"

	"github.com/symbolon-id/symbolon/keys"
	"github.com/symbolon-id/symbolon/storage"
)

// Field is one member of a client's metadata. The flags and views of commands, what registration reads
// and answers, checks of its value and the schema follow from it.
type Field struct {
	Name  string // of RFC 7591 and its extensions, or ours where they have none
	Local string // what commands and the validator call it instead; empty: Name

	Flag, Help string // of the commands that create and update; without a flag they do not set it
	Label      string // of its line in client show; empty: it has none

	Agents     Use  // whether agents have it, too
	Registered bool // software may say it of itself, and is answered what is in effect

	Always   bool   // shown even when it is empty
	Default  string // what an empty value means: shown in its place, and stored as empty
	Off      string // what empties it on the command line
	Required bool   // a list that cannot be emptied
	Negative bool   // what is stored is the opposite

	Algorithm bool // a signature algorithm of clients
	Unsigned  bool // an algorithm that may also be none
	Link      bool // an address that people are shown
	Words     bool // a list that is written as one text

	// Column returns a pointer to where a client holds it: a *string, *[]string, *bool, **int64,
	// *time.Duration or *json.RawMessage.
	Column func(c *storage.Client) any
	// Effective returns what is in effect where the column does not say it. It may be nil.
	Effective func(c storage.Client) string
	// Prepare changes what a new value excludes, before any value is set. It may be nil.
	Prepare func(c *storage.Client)
}

// Use is what agents have to do with a field.
type Use int

// Uses of a field.
const (
	AppsOnly Use = iota
	Shown        // agents have it, and nobody chooses it for them
	Settable
)

// Table is what there is to say about a client.
type Table []Field

// Registered returns the fields that software may say of itself.
func (t Table) Registered() iter.Seq[Field] {
	return t.where(func(f Field) bool { return f.Registered })
}

// Links returns the fields that are addresses for people.
func (t Table) Links() iter.Seq[Field] { return t.where(func(f Field) bool { return f.Link }) }

// Algorithms returns the fields that are signature algorithms.
func (t Table) Algorithms() iter.Seq[Field] {
	return t.where(func(f Field) bool { return f.Algorithm })
}

// Flags returns the fields that commands set on clients of this kind.
func (t Table) Flags(kind string) Table {
	return slices.Collect(t.where(func(f Field) bool { return f.Flag != "" && (kind == storage.KindApp || f.Agents == Settable) }))
}

// Of returns the fields that clients of this kind have.
func (t Table) Of(kind string) iter.Seq[Field] {
	return t.where(func(f Field) bool { return kind == storage.KindApp || f.Agents != AppsOnly })
}

// RegisteredName returns the name by which software knows what the validator calls field.
func (t Table) RegisteredName(field string) string {
	for _, f := range t {
		if f.Local == field {
			return f.Name
		}
	}
	return field
}

func (t Table) where(is func(Field) bool) iter.Seq[Field] {
	return func(yield func(Field) bool) {
		for _, f := range t {
			if is(f) && !yield(f) {
				return
			}
		}
	}
}

// local returns the name that commands and the validator use.
func (f Field) local() string {
	if f.Local != "" {
		return f.Local
	}
	return f.Name
}

func (f Field) algorithms() []string {
	if f.Unsigned {
		return append(keys.ClientAlgorithms(), storage.AlgNone)
	}
	return keys.ClientAlgorithms()
}
