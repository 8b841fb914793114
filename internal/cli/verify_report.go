package cli

import (
	"errors"
	"io"
	"os"
	"strings"

	"sanzhi/internal/reports"
	"sanzhi/internal/store"
)

type verifyReportCmd struct {
	File   string `arg:"" help:"File that proves a bulletin; - reads standard input."`
	Public string `help:"File with the public key; the key file's own when left out." type:"path"`
	Leaves string `help:"Export of all leaves (sanzhi report leaves): finds what was left out." type:"existingfile"`
}

// maxBundle is the largest file that proves a bulletin.
const maxBundle = 64 << 20

// Run implements the command. It opens no store.
func (c *verifyReportCmd) Run(e *env) error {
	verifier, _, err := e.verifying(c.Public)
	if err != nil {
		return err
	}
	raw, err := readUpTo(c.File, e.in, maxBundle)
	if err != nil {
		return err
	}
	b, err := reports.ParseBundle(raw)
	if err != nil {
		return err
	}
	v := reports.Verify(b, verifier)
	if c.Leaves != "" {
		queries, err := store.ReportQueries()
		if err != nil {
			return err
		}
		f, err := os.Open(c.Leaves)
		if err != nil {
			return err
		}
		if err := errors.Join(v.Against(b, f, verifier, queries), f.Close()); err != nil {
			return err
		}
	}
	if e.global.JSON {
		if err := e.printJSON(v); err != nil {
			return err
		}
	} else {
		e.printVerdict(v)
	}
	if !v.Holds {
		return errNotSo
	}
	return nil
}

func (e *env) printVerdict(v *reports.Verdict) {
	if v.Holds {
		e.printf("%s 成立：%d 个数、%d 条记录都和签发时一致，%d 个数因人少不公布。\n", v.Number.Zh, v.Figures, v.Records, v.Hidden)
		e.printf("%s holds: %d figures and %d records are as they were issued; suppressed: %d.\n", v.Number.En, v.Figures, v.Records, v.Hidden)
	} else {
		e.printf("%s 不成立，%d 处：\n%s does NOT hold, %d findings:\n", v.Number.Zh, len(v.Flaws), v.Number.En, len(v.Flaws))
	}
	if v.Sealed {
		e.printf("签发记在台账第 %d 行，签名时共 %d 行。\nThe issue is row %d of the ledger, which had %d rows when it was signed.\n", v.Seq, v.Size, v.Seq, v.Size)
	}
	if v.Leaves > 0 {
		if len(v.Replayed) == 0 {
			v.Replayed = []string{"—"}
		}
		e.printf("对照了 %d 片台账叶子；单凭台账重新数过：%s。\n%d leaves were read; counted anew from the ledger alone: %s.\n", v.Leaves, strings.Join(v.Replayed, " "), v.Leaves, strings.Join(v.Replayed, " "))
	}
	for _, n := range v.Notes {
		e.printf("  · %s\n    %s\n", n.Zh, n.En)
	}
	for _, f := range v.Flaws {
		e.printf("  ! %s %s\n    %s: %s\n", f.Where, f.Say.Zh, f.Kind, f.Say.En)
	}
}

// readUpTo reads a file, or in when the name is "-"; what lies beyond most is left unread.
func readUpTo(name string, in io.Reader, most int64) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(io.LimitReader(in, most))
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(f, most))
	return b, errors.Join(err, f.Close())
}
