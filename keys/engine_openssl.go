//go:build openssl

package keys

import (
	"crypto"
	"crypto/rsa"
	"fmt"
	"io"
	"math/big"
	"runtime"
	"sync"

	"github.com/golang-fips/openssl/v2"
	"github.com/golang-fips/openssl/v2/bbig"
)

const libcrypto = "libcrypto.so.3"

// loadLibrary loads the library of the system, with the configuration that the system has for it.
var loadLibrary = sync.OnceValues(func() (there bool, err error) {
	if there, _ = openssl.CheckVersion(libcrypto); !there {
		return false, fmt.Errorf("%s cannot be opened", libcrypto)
	}
	if err := openssl.Init(libcrypto); err != nil {
		return true, fmt.Errorf("load %s: %w", libcrypto, err)
	}
	return true, nil
})

func engine() (string, error) {
	switch there, err := loadLibrary(); {
	case !there:
		return goEngine, err
	case err != nil:
		return "none", err
	}
	return openssl.VersionText(), nil
}

// rsaSigner returns what signs with the key. A library that is there but refuses to load or to take the
// key, as one restricted to FIPS 140 may, is an error: Go's engine would get around the restriction.
func rsaSigner(k *rsa.PrivateKey) (crypto.Signer, error) {
	switch there, err := loadLibrary(); {
	case !there:
		return k, nil
	case err != nil:
		return nil, err
	}
	enc, c := bbig.Enc, k.Precomputed
	private, err := openssl.NewPrivateKeyRSA(enc(k.N), enc(big.NewInt(int64(k.E))), enc(k.D),
		enc(k.Primes[0]), enc(k.Primes[1]), enc(c.Dp), enc(c.Dq), enc(c.Qinv))
	if err != nil {
		return nil, fmt.Errorf("give the key to %s: %w", libcrypto, err)
	}
	return &opensslKey{&k.PublicKey, private}, nil
}

// opensslKey is an RSA key that signs through OpenSSL.
type opensslKey struct {
	public  *rsa.PublicKey
	private *openssl.PrivateKeyRSA
}

// signing bounds the signatures that are being made. Each holds a thread of the system while it is; more
// of them than processors would make threads, not signatures.
var signing = make(chan struct{}, runtime.GOMAXPROCS(0))

func (k *opensslKey) Public() crypto.PublicKey { return k.public }

func (k *opensslKey) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	signing <- struct{}{}
	defer func() { <-signing }()
	if o, ok := opts.(*rsa.PSSOptions); ok {
		return openssl.SignRSAPSS(k.private, o.HashFunc(), digest, o.SaltLength)
	}
	return openssl.SignRSAPKCS1v15(k.private, opts.HashFunc(), digest)
}
