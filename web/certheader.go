package web

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"net/url"
	"strings"
)

// Proxies pass on a client's certificate in four ways, each of which begins like none of the others:
//
//	:MIIB…:                              RFC 9440: HAProxy, Apache, Caddy
//	-----BEGIN%20CERTIFICATE-----%0A…    nginx ($ssl_client_escaped_cert), AWS
//	MIIB…,MIIB…                          Traefik (passTLSClientCert.pem)
//	Hash=…;Cert="…";Chain="…"            Envoy, Istio (x-forwarded-client-cert)

const (
	maxCertificateHeader = 32 << 10 // bytes, with the chain
	maxCertificates      = 8        // in a chain
)

// readCertificates returns the certificate and those of its issuers, at least one.
func readCertificates(value string, chain []string) ([]*x509.Certificate, error) {
	issuers := strings.Join(chain, ",")
	if len(value)+len(issuers) > maxCertificateHeader {
		return nil, errCertificate
	}
	ders, ok := readHeader(value, issuers)
	if !ok || len(ders) == 0 || len(ders) > maxCertificates {
		return nil, errCertificate
	}
	return parseCertificates(ders)
}

func readHeader(value, issuers string) (ders [][]byte, ok bool) {
	switch {
	case strings.HasPrefix(value, ":") && strings.Contains(value, ","):
		return nil, false // a certificate is one item, only the chain a list
	case strings.HasPrefix(value, ":") && issuers != "":
		return structured(value + "," + issuers)
	case strings.HasPrefix(value, ":"):
		return structured(value)
	case strings.HasPrefix(value, "-----BEGIN"):
		return escapedPEM(value)
	case strings.HasPrefix(value, "MI"):
		return bare(value)
	}
	return forwarded(value)
}

func parseCertificates(ders [][]byte) ([]*x509.Certificate, error) {
	all := make([]*x509.Certificate, len(ders))
	for i, der := range ders {
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, errCertificate
		}
		all[i] = certificate
	}
	return all, nil
}

// structured reads byte sequences of RFC 8941 section 3.3.5, separated by commas.
func structured(value string) (ders [][]byte, ok bool) {
	for item := range strings.SplitSeq(value, ",") {
		item = strings.Trim(item, " \t")
		if len(item) < 3 || item[0] != ':' || item[len(item)-1] != ':' {
			return nil, false
		}
		der, err := base64.StdEncoding.Strict().DecodeString(item[1 : len(item)-1])
		if err != nil || strings.ContainsAny(item, "\r\n") {
			return nil, false
		}
		ders = append(ders, der)
	}
	return ders, true
}

// escapedPEM reads URL-encoded PEM with nothing but certificates in it.
func escapedPEM(value string) (ders [][]byte, ok bool) {
	text, err := url.PathUnescape(value)
	if err != nil {
		return nil, false
	}
	rest := []byte(strings.TrimSpace(text))
	for len(rest) > 0 {
		var block *pem.Block
		if !strings.HasPrefix(string(rest), "-----BEGIN CERTIFICATE-----") {
			return nil, false // pem.Decode would skip what it does not know
		}
		if block, rest = pem.Decode(rest); block == nil || len(block.Headers) > 0 {
			return nil, false
		}
		ders = append(ders, block.Bytes)
		rest = []byte(strings.TrimSpace(string(rest)))
	}
	return ders, true
}

// bare reads base64, separated by commas; older versions of Traefik URL-encode it.
func bare(value string) (ders [][]byte, ok bool) {
	value, err := url.PathUnescape(value)
	if err != nil || strings.ContainsAny(value, "\r\n") { // base64 would skip them
		return nil, false
	}
	for item := range strings.SplitSeq(value, ",") {
		der, err := base64.StdEncoding.Strict().DecodeString(item)
		if err != nil {
			return nil, false
		}
		ders = append(ders, der)
	}
	return ders, true
}

// forwarded reads the certificates of Envoy's header.
func forwarded(value string) (ders [][]byte, ok bool) {
	pairs, ok := unquotedPairs(value)
	if !ok {
		return nil, false
	}
	values := map[string]string{}
	for _, pair := range pairs {
		name, quoted, _ := strings.Cut(pair, "=")
		name = strings.ToLower(name)
		if _, twice := values[name]; twice && (name == "cert" || name == "chain") {
			return nil, false
		}
		values[name] = strings.Trim(quoted, `"`)
	}
	leaf, ok := escapedPEM(values["cert"])
	if !ok || len(leaf) != 1 {
		return nil, false
	}
	chain, ok := escapedPEM(values["chain"])
	if len(chain) > 0 && bytes.Equal(chain[0], leaf[0]) { // Envoy begins it with the leaf again
		chain = chain[1:]
	}
	return append(leaf, chain...), ok
}

// unquotedPairs cuts at semicolons outside of quotes. A comma there begins what another proxy has
// added: then it is not clear whose certificate is the client's.
func unquotedPairs(value string) (pairs []string, ok bool) {
	start, quoted := 0, false
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case c == ',' && !quoted:
			return nil, false
		case c == ';' && !quoted:
			pairs, start = append(pairs, value[start:i]), i+1
		}
	}
	return append(pairs, value[start:]), !quoted
}
