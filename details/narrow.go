package details

import (
	"encoding/json"
	"reflect"
	"slices"
)

// Held is the part of what was granted whose types are still registered, and allowed to the client.
func (t *Types) Held(granted json.RawMessage, allowed []string) json.RawMessage {
	all := stored(granted)
	return canonical(slices.DeleteFunc(all, func(d detail) bool { return t.judge(d, allowed) != nil }))
}

// Within reports whether what is asked for lies within what is held (RFC 9396 section 6.1): each detail
// within one of those held, and no two within the same. A detail lies within another of the same type
// with the same members when their lists hold no more, and everything else is equal: whether 5 is less
// than 7 only the resource server could know.
func Within(asked, held json.RawMessage) bool {
	left := stored(held)
	for _, want := range stored(asked) {
		i := slices.IndexFunc(left, func(have detail) bool { return within(want, have) })
		if i < 0 {
			return false
		}
		left = slices.Delete(left, i, i+1)
	}
	return true
}

func within(want, have detail) bool {
	if len(want) != len(have) { // without a member more may be allowed
		return false
	}
	for name, value := range want {
		there, ok := have[name]
		if !ok || !narrower(value, there) {
			return false
		}
	}
	return true
}

func narrower(value, there any) bool {
	list, isList := value.([]any)
	whole, isWhole := there.([]any)
	if !isList || !isWhole {
		return reflect.DeepEqual(value, there)
	}
	return len(list) > 0 && !slices.ContainsFunc(list, func(one any) bool { return !slices.Contains(whole, one) })
}
