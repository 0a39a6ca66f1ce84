package totp

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
)

// seedSize is in bytes (RFC 4226 section 4 R6).
const seedSize = 20

// hotp returns the 6-digit code of step (RFC 4226 section 5.3). Collisions of SHA-1 do not touch HMAC, and
// apps know nothing else.
func hotp(seed []byte, step int64) string {
	mac := hmac.New(sha1.New, seed)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(step)))
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0x0f
	truncated := binary.BigEndian.Uint32(sum[offset:]) & 0x7fffffff
	return fmt.Sprintf("%06d", truncated%1_000_000)
}

// keyURI returns the otpauth URI from which apps enrol. The issuer is in it twice, because older apps
// read only the label; a space is %20, because some show a plus sign.
func keyURI(issuer, account, key string) string {
	query := url.Values{"issuer": {issuer}, "secret": {key}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {fmt.Sprint(period)}}
	u := url.URL{
		Scheme: "otpauth", Host: "totp", Path: "/" + issuer + ":" + account,
		RawQuery: strings.ReplaceAll(query.Encode(), "+", "%20"),
	}
	return u.String()
}
