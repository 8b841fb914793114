package cli

import (
	"crypto/ed25519"
	"encoding/base64"
)

func newSeed() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(randomSeed()) }

func signed(key ed25519.PrivateKey, text []byte) string {
	return base64.StdEncoding.EncodeToString(ed25519.Sign(key, text))
}
