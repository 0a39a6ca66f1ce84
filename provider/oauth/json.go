package oauth

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// WriteJSON answers with v, never cached.
func WriteJSON(w http.ResponseWriter, v any) error { return WriteJSONStatus(w, http.StatusOK, v) }

// WriteJSONStatus is WriteJSON with another status than 200.
func WriteJSONStatus(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode response: %w", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body)
	return nil
}
