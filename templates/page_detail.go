package templates

// Detail is one authorization detail (RFC 9396) as a person reads it.
type Detail struct {
	Type     string
	Sentence []Phrase // in the words of the operator; none: this type is no longer known
	Members  []DetailMember
}

// Phrase is a piece of a sentence: words of the operator, or a value that a client sent.
type Phrase struct{ Text, Value string }

// DetailMember is one value that the sentence does not say.
type DetailMember struct {
	Name    string // "amount.currency"
	Label   string // in the words of the operator; empty: its name is shown
	Values  []string
	Yes, No bool // a flag instead of values
}
