package templates

import (
	"fmt"
	"net/http"
)

// CheckSession writes the frame that applications ask whether the person is still signed in (OpenID
// Connect Session Management section 3.2); cookie is the name of the one its script reads. It is no
// Page: it is not seen.
func (p *Pages) CheckSession(w http.ResponseWriter, cookie string) error {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, err := fmt.Fprintf(w, `<!doctype html>
<html lang="en" data-cookie=%q>
<meta charset="utf-8">
<title>Session</title>
<script src=%q></script>
</html>
`, cookie, p.assets.url("check-session.js"))
	if err != nil {
		return fmt.Errorf("write frame: %w", err)
	}
	return nil
}
