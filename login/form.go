package login

import "net/http"

// Posted returns a field of a posted form. A field sent twice counts as missing: two readers could
// take two different values for it.
func Posted(r *http.Request, name string) string {
	if err := r.ParseForm(); err != nil || len(r.PostForm[name]) != 1 {
		return ""
	}
	return r.PostForm[name][0]
}
