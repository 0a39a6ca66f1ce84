package keys

import (
	"bytes"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"
)

var errDN = errors.New(`not a distinguished name as RFC 4514 writes it, such as CN=app,O=Example\, Inc.,C=DE`)

// attribute is one type and value of a distinguished name, in a form that can be compared.
type attribute struct{ kind, value string }

// CheckDN returns why a text is no distinguished name of RFC 4514, or nil.
func CheckDN(text string) error {
	_, err := parseDN(text)
	return err
}

// SameDN reports whether a distinguished name written as RFC 4514 says is the one that a certificate
// holds as DER. The same name can be written in many ways, so names are compared by their parts
// (distinguishedNameMatch, RFC 4517 section 4.2.15): types by what they stand for, values without
// regard to case and to spaces at the ends or repeated, several values of one part in any order. The
// order of the parts counts.
func SameDN(text string, der []byte) bool {
	written, err := parseDN(text)
	if err != nil {
		return false
	}
	held, err := readDN(der)
	if err != nil {
		return false
	}
	slices.Reverse(held) // RFC 4514 begins with the last
	return slices.EqualFunc(written, held, func(a, b []attribute) bool { return slices.Equal(a, b) })
}

// parseDN reads RFC 4514 into parts of sorted attributes. The empty name is no one's name.
func parseDN(text string) (parts [][]attribute, err error) {
	for _, part := range cutUnescaped(text, ',') {
		var attributes []attribute
		for _, pair := range cutUnescaped(part, '+') {
			a, err := parseAttribute(pair)
			if err != nil {
				return nil, err
			}
			attributes = append(attributes, a)
		}
		parts = append(parts, sorted(attributes))
	}
	return parts, nil
}

func parseAttribute(pair string) (a attribute, err error) {
	name, value, ok := strings.Cut(pair, "=")
	kind := attributeType(strings.Trim(name, " "))
	if !ok || kind == "" {
		return a, errDN
	}
	value = strings.TrimLeft(value, " ")
	if digits, isHex := strings.CutPrefix(value, "#"); isHex {
		value, err = hexValue(strings.TrimRight(digits, " "))
	} else {
		value, err = unescapeDN(value)
	}
	return attribute{kind, folded(value)}, err
}

// hexValue reads a value that is written as the hexadecimal digits of its BER.
func hexValue(digits string) (string, error) {
	der, err := hex.DecodeString(digits)
	if err != nil {
		return "", errDN
	}
	var value any
	rest, err := asn1.Unmarshal(der, &value)
	text, isText := value.(string)
	if err != nil || len(rest) > 0 || !isText {
		return "", errDN
	}
	return text, nil
}

// unescapeDN reads a value: special characters after a backslash, any byte as two hexadecimal digits.
// Spaces at the end count only when escaped.
func unescapeDN(s string) (string, error) {
	var value []byte
	end := 0 // of what is not just trailing spaces
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s) && strings.IndexByte(` "#+,;<=>\`, s[i+1]) >= 0:
			i++
			value = append(value, s[i])
			end = len(value)
		case c == '\\':
			if i+2 >= len(s) {
				return "", errDN
			}
			b, err := hex.DecodeString(s[i+1 : i+3])
			if err != nil {
				return "", errDN
			}
			i += 2
			value = append(value, b...)
			end = len(value)
		case c == 0, strings.IndexByte(`"+,;<>`, c) >= 0:
			return "", errDN
		default:
			if value = append(value, c); c != ' ' {
				end = len(value)
			}
		}
	}
	if end == 0 || !utf8.Valid(value[:end]) {
		return "", errDN
	}
	return string(value[:end]), nil
}

// cutUnescaped cuts s at separators that no backslash precedes.
func cutUnescaped(s string, separator byte) (pieces []string) {
	start := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case separator:
			pieces, start = append(pieces, s[start:i]), i+1
		}
	}
	return append(pieces, s[start:])
}

// heldAttribute is AttributeTypeAndValue of X.501.
type heldAttribute struct {
	Type  asn1.ObjectIdentifier
	Value any
}

// heldSET makes asn1 read a SET.
type heldSET []heldAttribute

// readDN reads the name in a certificate. A value that is no text cannot be compared.
func readDN(der []byte) (parts [][]attribute, err error) {
	var held []heldSET
	rest, err := asn1.Unmarshal(der, &held)
	if err != nil || len(rest) > 0 {
		return nil, errDN
	}
	for _, set := range held {
		var attributes []attribute
		for _, a := range set {
			text, isText := a.Value.(string)
			if !isText {
				return nil, errDN
			}
			attributes = append(attributes, attribute{a.Type.String(), folded(text)})
		}
		parts = append(parts, sorted(attributes))
	}
	return parts, nil
}

// folded has no case, and single spaces only (caseIgnoreMatch, RFC 4517 section 4.2.11).
func folded(value string) string {
	return strings.ToLower(strings.ToUpper(strings.Join(strings.Fields(value), " ")))
}

func sorted(attributes []attribute) []attribute {
	slices.SortFunc(attributes, func(a, b attribute) int {
		return bytes.Compare([]byte(a.kind+"="+a.value), []byte(b.kind+"="+b.value))
	})
	return attributes
}

// attributeType is the object identifier of a type, which is one itself or one of the names that are
// in use, in any case; "" for others.
func attributeType(name string) string {
	if isOID(name) {
		return name
	}
	return map[string]string{
		"CN": "2.5.4.3", "L": "2.5.4.7", "ST": "2.5.4.8", "O": "2.5.4.10", "OU": "2.5.4.11", "C": "2.5.4.6", "STREET": "2.5.4.9",
		"DC": "0.9.2342.19200300.100.1.25", "UID": "0.9.2342.19200300.100.1.1", // RFC 4514 section 3, up to here
		"SN": "2.5.4.4", "GN": "2.5.4.42", "SERIALNUMBER": "2.5.4.5", "TITLE": "2.5.4.12", "POSTALCODE": "2.5.4.17",
		"DNQUALIFIER": "2.5.4.46", "BUSINESSCATEGORY": "2.5.4.15", "ORGANIZATIONIDENTIFIER": "2.5.4.97",
		"EMAILADDRESS": "1.2.840.113549.1.9.1", "JURISDICTIONC": "1.3.6.1.4.1.311.60.2.1.3",
	}[strings.ToUpper(name)]
}

func isOID(name string) bool {
	arcs := strings.Split(name, ".")
	for _, arc := range arcs {
		if arc == "" || len(arc) > 1 && arc[0] == '0' || strings.Trim(arc, "0123456789") != "" {
			return false
		}
	}
	return len(arcs) > 1
}
