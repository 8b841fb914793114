package cases

import (
	"slices"
	"strings"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/workflow"
)

// ActStrands is the act by which somebody says which strands a case bears. It belongs to no flow: it moves no step and no clock.
const ActStrands = "strands"

// Strands are the strands of governance that a case bears: 自治, 法治, 德治, 智治, in this order, each once. A case begins with that of its menu
// item or its flow; staff may say that it bears others too, so that the totals by strand may be more than the number of cases.
type Strands []string

// StrandsOf gives the strands of a default: one, or none where the flow names none.
func StrandsOf(s string) Strands {
	if s == "" {
		return nil
	}
	return Strands{s}
}

// First is the strand that stands for the case where there is room for one.
func (s Strands) First() string {
	if len(s) == 0 {
		return ""
	}
	return s[0]
}

// String is how the store keeps them: with a space between.
func (s Strands) String() string { return strings.Join(s, " ") }

// ParseStrands reads what String wrote.
func ParseStrands(s string) Strands { return strings.Fields(s) }

// CheckStrands sorts strands that somebody gave, and refuses none, one that there is not, and one said twice.
func CheckStrands(l []string) (Strands, error) {
	if len(l) == 0 {
		return nil, kernel.Invalid("strands", kernel.T("至少选一治：自治、法治、德治或智治", "choose at least one strand: zi, fa, de or zhi"))
	}
	out := Strands{}
	for _, s := range workflow.Strands {
		if slices.Contains(l, s) {
			out = append(out, s)
		}
	}
	for _, s := range l {
		if !slices.Contains(workflow.Strands, s) {
			return nil, kernel.Invalid("strands", kernel.T("没有「"+s+"」这一治，只有自治 zi、法治 fa、德治 de、智治 zhi", "there is no strand \""+s+"\": a strand is one of zi, fa, de, zhi"))
		}
	}
	if len(out) != len(l) {
		return nil, kernel.Invalid("strands", kernel.T("同一治只选一次", "name each strand once"))
	}
	return out, nil
}

// MayTag reports whether the actor may say which strands the case bears.
func MayTag(actor kernel.Actor, t kernel.Tenant, c *Case) bool {
	return access.Decide(actor, access.CaseTag, c.Target(t)).Allow
}

// Tag says which strands a case bears, in the caller's unit of work. Like any act it is on condition of the version that the actor saw, and
// stands in the ledger with what was before.
func (s *Service) Tag(tx kernel.Tx, actor kernel.Actor, id kernel.ID, version int, strands []string) (*Done, error) {
	c, err := s.read(tx, actor, id)
	if err != nil {
		return nil, err
	}
	if err := access.Decide(actor, access.CaseTag, c.Target(tx.Tenant())).Err(); err != nil {
		return nil, err
	}
	now, err := CheckStrands(strands)
	if err != nil {
		return nil, err
	}
	if version == 0 {
		return nil, kernel.Invalid("version", kernel.T("请带上您看到的版本号", "give the version that you saw"))
	}
	if c.Version != version {
		return nil, errStale
	}
	if slices.Equal(c.Strands, now) {
		return nil, kernel.Invalid("strands", kernel.T("选的和现在的一样，没有要改的", "these are the strands that it bears already"))
	}
	was := c.Strands
	c.Strands, c.Version, c.UpdatedAt = now, version+1, tx.Now()
	if ok, err := s.Cases.Update(tx, c, version); err != nil {
		return nil, err
	} else if !ok {
		return nil, errStale
	}
	personal := map[string]any{}
	if actor.Name != "" {
		personal["who"] = actor.Name
	}
	row, err := s.Ledger.Append(tx, ledger.Entry{Actor: actor, Act: ActStrands, Object: c.ID, Version: c.Version, Personal: personal,
		Public: map[string]any{"flow": c.Flow, "number": c.Number, "from": c.Step, "to": c.Step, "event": ActStrands, "round": c.Round, "unit": string(c.Unit),
			"strands": []string(now), "before": []string(was)}})
	if err != nil {
		return nil, err
	}
	return &Done{Case: c, Row: row}, s.Outbox.Put(tx, "case", string(c.ID), news(c, ActStrands))
}

// StrandCount is how many cases bear a strand.
type StrandCount struct {
	Strand string
	Cases  int
}

// StrandTotals are the cases of a query by strand, and how many different ones they are: the counts together are at least Distinct.
type StrandTotals struct {
	Distinct int
	By       []StrandCount
}
