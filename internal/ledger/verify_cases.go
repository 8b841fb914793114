package ledger

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"sanzhi/internal/kernel"
)

// Subject is an object whose every change of state stands in the ledger: a case.
type Subject struct {
	ID      kernel.ID
	Number  string
	Version int
	Step    string
	// Ratings is how many ratings it has. One of a merged case is a row that changes no state (see extras).
	Ratings int
}

// act is what a row says about its case.
type act struct {
	*Row
	from, to string
}

// again is 1 for what may be the rating of a further requester, which changes no state.
func (a act) again() int {
	if a.Act == "rate" && a.from == a.to {
		return 1
	}
	return 0
}

// actOf reads a row that records a change of a case's state; false for any other row.
func actOf(r *Row) (act, bool) {
	var p struct {
		Flow   *string `json:"flow"`
		Number *string `json:"number"`
		From   *string `json:"from"`
		To     *string `json:"to"`
	}
	if json.Unmarshal([]byte(r.Public), &p) != nil || p.Flow == nil || p.Number == nil || p.To == nil || p.From == nil {
		return act{}, false
	}
	return act{r, *p.From, *p.To}, true
}

// canonicalPublic refuses a public part that is not the canonical form of itself: two texts of one meaning have one leaf, so
// another text, such as one with a member twice, must not pass.
func canonicalPublic(r *Row) error {
	var v map[string]any
	if err := json.Unmarshal([]byte(r.Public), &v); err != nil {
		return err
	}
	b, err := Canonical(v)
	if err == nil && string(b) != r.Public {
		err = fmt.Errorf("ledger: the public part is not canonical")
	}
	return err
}

const subjectPage = 200

// subjects holds the cases against their acts.
func (w *walk) subjects() error {
	lo := kernel.ID("")
	for {
		l, err := w.Source.Subjects(w.tx, lo, subjectPage)
		if err != nil {
			return err
		}
		hi := kernel.ID("~") // after every id
		if len(l) == subjectPage {
			hi = l[len(l)-1].ID
		}
		rows, err := w.Source.Acts(w.tx, lo, hi)
		if err != nil {
			return err
		}
		acts := map[kernel.ID][]act{}
		var order []kernel.ID
		for _, r := range rows {
			if a, ok := actOf(r); ok {
				if acts[r.Object] == nil {
					order = append(order, r.Object)
				}
				acts[r.Object] = append(acts[r.Object], a)
			}
		}
		for _, s := range l {
			w.rep.Cases++
			w.subject(s, acts[s.ID])
			delete(acts, s.ID)
		}
		for _, id := range order {
			if a := acts[id]; a != nil {
				w.rep.add(Finding{Kind: CaseGone, Seq: -1, Row: a[0].ID, Object: id, Say: kernel.T("台账里有件 "+string(id)+" 的记录，这件事却不在了",
					"the ledger has acts on the case "+string(id)+", which is not there")})
			}
		}
		if len(l) < subjectPage {
			return nil
		}
		lo = hi
	}
}

// subject holds one case against its acts: each version once, each act from the step that the one before led to, and the last
// to the step that the case is in.
func (w *walk) subject(s Subject, acts []act) {
	find := func(kind FindingKind, row kernel.ID, zh, en string) {
		w.rep.add(Finding{Kind: kind, Seq: -1, Row: row, Object: s.ID, Say: kernel.T("件 "+s.Number+"（"+string(s.ID)+"）"+zh, "case "+s.Number+" ("+string(s.ID)+") "+en)})
	}
	// Of two rows of one version the sealed one came first: the other is one too many.
	slices.SortStableFunc(acts, func(a, b act) int {
		return cmp.Or(cmp.Compare(a.Version, b.Version), cmp.Compare(a.again(), b.again()), cmp.Compare(uint64(a.Seq), uint64(b.Seq)))
	})
	version, step, spare := 0, "", s.Ratings
	for _, a := range acts {
		if a.Act == "rate" {
			spare--
		}
	}
	for _, a := range acts {
		switch {
		case a.Version == version && version > 0:
			// Each requester of merged cases may rate a round: what is not the first changes no state and keeps the version.
			// Such rows are allowed as far as there are ratings for them.
			if a.again() == 0 || a.to != step || spare < 0 {
				find(VersionBroken, a.ID, fmt.Sprintf("的第 %d 版在台账里有两行，多的一行是 %s", version, a.ID), fmt.Sprintf("has its version %d twice in the ledger; one too many is row %s", version, a.ID))
			}
			continue
		case a.Version > version+1:
			find(VersionBroken, a.ID, fmt.Sprintf("的第 %s 版在台账里不见了", span(version+1, a.Version-1)), fmt.Sprintf("lacks its version %s in the ledger", span(version+1, a.Version-1)))
		case a.Version < version+1:
			find(VersionBroken, a.ID, fmt.Sprintf("的台账行 %s 版本是 %d，不应有", a.ID, a.Version), fmt.Sprintf("has the version %d in row %s, which cannot be", a.Version, a.ID))
			continue
		case a.from != step:
			find(VersionBroken, a.ID, fmt.Sprintf("第 %d 版从「%s」开始，上一版却到「%s」", a.Version, a.from, step), fmt.Sprintf("begins its version %d in %q, where the one before ends in %q", a.Version, a.from, step))
		}
		version, step = a.Version, a.to
	}
	switch {
	case version < s.Version:
		find(VersionBroken, "", fmt.Sprintf("的第 %s 版在台账里不见了", span(version+1, s.Version)), fmt.Sprintf("lacks its version %s in the ledger", span(version+1, s.Version)))
	case version > s.Version:
		find(VersionBroken, "", fmt.Sprintf("是第 %d 版，台账里却有第 %d 版", s.Version, version), fmt.Sprintf("is at version %d, but the ledger has version %d", s.Version, version))
	case step != s.Step:
		find(StepDiffers, "", fmt.Sprintf("现在在「%s」，台账里最后一步到「%s」", s.Step, step), fmt.Sprintf("is in the step %q, but its last act in the ledger leads to %q", s.Step, step))
	}
}

func span(from, to int) string {
	if from == to {
		return fmt.Sprint(from)
	}
	return fmt.Sprintf("%d–%d", from, to)
}
