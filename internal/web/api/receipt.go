package api

import (
	"context"
	"encoding/json"

	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
)

type receiptIn struct {
	Code string `path:"code" maxLength:"40" example:"K7ND-4Q2M-9XAB-C0T"`
}

// trackReceipt gives the receipt of an order as a file that anyone checks offline: the promise at first, the proof once it is sealed.
// It holds nothing personal: the record bears a digest of that part alone.
func (s *Server) trackReceipt(ctx context.Context, in *receiptIn) (*fileOut, error) {
	code, t, err := s.withCode(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	p, err := s.proofs()
	if err != nil {
		return nil, err
	}
	var raw []byte
	var number string
	err = s.Store.View(ctx, t, func(tx kernel.Tx) error {
		f, err := s.Cases.Follow(tx, code)
		if err != nil {
			return s.missed(ctx, err)
		}
		if number = f.Own.Number; len(f.Rows) == 0 {
			return kernel.NotFound(kernel.T("这张单没有收据", "this order has no receipt"))
		}
		r, err := ledger.Proof(tx, p.Rows, p.Verifier, p.Key, f.Rows[0].ID)
		if err != nil {
			return err
		}
		raw, err = json.MarshalIndent(r, "", "  ")
		return err
	})
	if err != nil {
		return nil, err
	}
	return &fileOut{Type: "application/json", Disposition: `attachment; filename="receipt-` + number + `.json"`, Body: raw}, nil
}
