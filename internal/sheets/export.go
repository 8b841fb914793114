package sheets

import (
	"strings"
	"unicode/utf8"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
)

// Export gives the rows of a sheet that the actor may read, in a file that can be brought in again unchanged. Personal cells are
// masked; with a reason they are in clear where the actor may write the row, and the look is put into the ledger: the unit of work must then
// be one that writes.
func (s *Service) Export(tx kernel.Tx, actor kernel.Actor, key, reason string, lang kernel.Lang) ([]byte, error) {
	k, err := s.Kind(actor, key)
	if err != nil {
		return nil, err
	}
	if !k.MayExport(actor) {
		return nil, kernel.Forbidden(t("您的岗位不能导出这张表", "your post does not allow taking this sheet out"))
	}
	reason = strings.TrimSpace(reason)
	if !utf8.ValidString(reason) || strings.ContainsRune(reason, 0) || utf8.RuneCountInString(reason) > 200 {
		return nil, kernel.Invalid("reason", t("理由最多 200 个字", "a reason has at most 200 characters"))
	}
	o, n, err := s.both(tx, actor, k)
	if err != nil {
		return nil, err
	}
	rows, clear := 0, 0
	var each error
	may := access.ScopeOf(actor, access.ExportRun)
	whole := access.ScopeOf(actor, access.ImportRun)
	data, err := s.workbook(o, n, lang, func(put func([]any)) {
		each = o.Each(func(r Row) error {
			at := access.Target{Tenant: tx.Tenant(), Path: r.Path}
			if !may.Match(at) && !whole.Match(at) && !access.Decide(actor, k.Write, at).Allow {
				return nil
			}
			open := reason != "" && access.Decide(actor, k.Write, at).Allow
			rows++
			if open {
				clear++
			}
			cells := make([]any, len(o.Sheet.Columns))
			for i := range o.Sheet.Columns {
				c := &o.Sheet.Columns[i]
				v := r.Values[c.Key]
				if c.Key == idColumn {
					v = string(r.ID)
				} else if c.Personal && !open {
					v = shown(c, v)
				}
				if words := o.Words[c.Key]; v != "" && words != nil {
					cells[i] = quote(words(v, lang))
				} else if v != "" {
					cells[i] = cellOf(c, v, lang)
				}
			}
			put(cells)
			return nil
		})
	})
	if each != nil {
		return nil, each
	}
	if err != nil {
		return nil, err
	}
	if reason != "" {
		err = s.record(tx, actor, "sheet.reveal", kernel.NewID(tx.Now()), map[string]any{"sheet": k.Key, "rows": clear}, map[string]any{"reason": reason})
	}
	return data, err
}
