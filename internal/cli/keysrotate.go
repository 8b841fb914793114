package cli

import (
	"crypto/ed25519"

	"sanzhi/internal/ledger"
)

type keysCmd struct {
	Public keysPublicCmd `cmd:"" help:"Print the public key, with which anyone checks receipts and checkpoints."`
}

type keysPublicCmd struct{}

// Run implements the command.
func (keysPublicCmd) Run(e *env) error {
	k, err := e.global.openKeys(false)
	if err != nil {
		return err
	}
	text, err := ledger.PublicKey(k.public())
	if err != nil {
		return err
	}
	if e.global.JSON {
		return e.printJSON(map[string]string{"public": text})
	}
	e.printf("%s\n", text)
	return nil
}

// public is the other half of the signing key.
func (k *keys) public() ed25519.PublicKey {
	p, _ := k.sign.Public().(ed25519.PublicKey) // documented to be one
	return p
}

// verifier checks what the keys sign.
func (k *keys) verifier() (*ledger.Verifier, error) {
	return ledger.NewVerifier(k.public())
}
