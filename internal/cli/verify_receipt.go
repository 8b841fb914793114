package cli

import (
	"errors"
	"io"

	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/store"
)

// receiptCmd prints the receipt of a ledger row, with its proof once the row is sealed.
type receiptCmd struct {
	Ledger string `help:"Id of the ledger row." required:""`
}

// Run implements the command.
func (c *receiptCmd) Run(e *env) (err error) {
	id, err := kernel.ParseID("ledger", c.Ledger)
	if err != nil {
		return err
	}
	a, err := e.open(false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	t, err := e.tenant(e.ctx, a)
	if err != nil {
		return err
	}
	verifier, err := a.keys.verifier()
	if err != nil {
		return err
	}
	var r *ledger.Receipt
	err = a.db.View(e.ctx, t, func(tx kernel.Tx) (err error) {
		r, err = ledger.Proof(tx, store.Ledger{}, verifier, a.keys.sign, id)
		return err
	})
	if err != nil {
		return err
	}
	return e.printJSON(r)
}

type verifyReceiptCmd struct {
	File   string `arg:"" help:"File with the receipt; - reads standard input."`
	Public string `help:"File with the public key; the key file's own when left out." type:"path"`
}

// Run implements the command. It opens no store.
func (c *verifyReceiptCmd) Run(e *env) error {
	verifier, _, err := e.verifying(c.Public)
	if err != nil {
		return err
	}
	b, err := readFileOr(c.File, e.in)
	if err != nil {
		return err
	}
	r, err := ledger.ParseReceipt(b, kernel.Tenant(e.global.Tenant))
	if err != nil {
		return err
	}
	found, err := verifier.Check(r)
	if e.global.JSON {
		if printErr := e.printJSON(checkedJSON(r, found, err)); printErr != nil {
			return printErr
		}
	} else {
		e.printChecked(r, found, err)
	}
	if err != nil {
		return errNotSo
	}
	return nil
}

// checkedJSON is printChecked for programs.
func checkedJSON(r *ledger.Receipt, found *ledger.Checked, err error) map[string]any {
	out := map[string]any{"holds": err == nil, "tenant": r.Tenant, "ledger": r.Ledger, "leaf": r.Leaf}
	if err != nil {
		out["why"] = err.Error()
		return out
	}
	out["promise"], out["shown"] = found.Promise, found.Shown
	if cp := found.Checkpoint; cp != nil {
		out["seq"], out["size"], out["signedAt"] = r.Proof.Seq, cp.Size, cp.At
	}
	return out
}

func (e *env) printChecked(r *ledger.Receipt, found *ledger.Checked, err error) {
	if err != nil {
		e.printf("收据不成立：%s\nThe receipt does not hold: %v\n", r.Ledger, err)
		return
	}
	if cp := found.Checkpoint; cp != nil {
		when := cp.At.In(kernel.Shanghai).Format("2006-01-02 15:04:05")
		e.printf("收据成立：第 %d 行在 %s 签名的台账里（共 %d 行）。\n", r.Proof.Seq, when, cp.Size)
		e.printf("The receipt holds: row %d is in the ledger that was signed at %s (UTC+8), of %d rows.\n", r.Proof.Seq, when, cp.Size)
	} else {
		e.printf("签名成立：系统承诺封存这一行，收据里还没有封存的证明。\nThe signature holds: a promise to seal the row; the receipt has no proof of it yet.\n")
	}
	if found.Shown {
		e.printf("%s\n", r.Record)
	}
}

// readFileOr reads a file, or in when the name is "-". A receipt is small: what is larger than a mebibyte is none.
func readFileOr(name string, in io.Reader) ([]byte, error) {
	return readUpTo(name, in, 1<<20)
}
