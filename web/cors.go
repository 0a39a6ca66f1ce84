package web

import (
	"net/http"
	"slices"
	"strings"
)

// endpoint is the path of an API with the methods registered for it.
type endpoint struct{ methods []string }

// endpoint returns the one at path. Its first call registers, for the path as a whole, what no
// single method answers: preflights and 405.
func (m *Mux) endpoint(path string) *endpoint {
	if e, ok := m.endpoints[path]; ok {
		return e
	}
	e := &endpoint{methods: []string{http.MethodOptions}}
	m.endpoints[path] = e
	m.registerRoute(&route{name: path, kind: api}, path, e.answer)
	return e
}

func (e *endpoint) allow(method string) {
	e.methods = append(e.methods, method)
	if method == http.MethodGet {
		e.methods = append(e.methods, http.MethodHead) // ServeMux: GET also matches HEAD
	}
	slices.Sort(e.methods)
	e.methods = slices.Compact(e.methods)
}

// answer is for OPTIONS and for the methods that are not there.
func (e *endpoint) answer(w http.ResponseWriter, r *http.Request) error {
	methods := strings.Join(e.methods, ", ")
	w.Header().Set("Allow", methods)
	if r.Method != http.MethodOptions {
		return &Error{Status: http.StatusMethodNotAllowed, Hint: "this address takes " + methods}
	}
	h := w.Header()
	h.Set("Access-Control-Allow-Methods", methods)
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, DPoP, MCP-Protocol-Version")
	h.Set("Access-Control-Max-Age", "86400")
	w.WriteHeader(http.StatusNoContent)
	return nil
}
