package works

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
)

// ItemDraft is a line of a bill as somebody writes it down.
type ItemDraft struct {
	Subject  string
	Group    string
	Action   Action
	Quantity kernel.Quantity
	Own      *kernel.Quantity // of a shared project: the own part, when it is not the share of all
	Location string
	Source   string
}

// AddItems adds lines to the bill and looks for figures that may be told twice. It gives the lines and how many new pairs
// were found.
func (s *Service) AddItems(tx kernel.Tx, actor kernel.Actor, id kernel.ID, drafts []ItemDraft) ([]*Item, int, error) {
	p, err := s.change(tx, actor, id, 0)
	if err != nil {
		return nil, 0, err
	}
	old, err := s.Works.Items(tx, p.ID)
	if err != nil {
		return nil, 0, err
	}
	last := 0
	for _, it := range old {
		last = max(last, it.Line)
	}
	items := make([]*Item, len(drafts))
	for i, d := range drafts {
		it, err := itemOf(p, d, fmt.Sprintf("items[%d].", i))
		if err != nil {
			return nil, 0, err
		}
		it.ID, it.Line = kernel.NewID(tx.Now()), last+i+1
		items[i] = it
	}
	if err := s.Works.PutItems(tx, items); err != nil {
		return nil, 0, err
	}
	found, err := s.search(tx, items)
	if err != nil {
		return nil, 0, err
	}
	return items, found, s.record(tx, actor, "work_items", p.ID, p.Version, map[string]any{"items": len(items), "likely_twice": found})
}

// itemOf checks a line; faults name the field after prefix.
func itemOf(p *Project, d ItemDraft, prefix string) (*Item, error) {
	it := &Item{Project: p.ID, Subject: strings.TrimSpace(d.Subject), Group: strings.TrimSpace(d.Group), Action: d.Action, Quantity: d.Quantity,
		Location: strings.TrimSpace(d.Location), Source: strings.TrimSpace(d.Source)}
	switch {
	case it.Subject == "":
		return nil, kernel.Invalid(prefix+"subject", kernel.T("请写明是什么，例如 路灯", "say what it is, such as 路灯"))
	case !Actions.Has(it.Action):
		return nil, kernel.Invalid(prefix+"action", choose(Actions.Say()))
	case it.Quantity.Unit == "" || it.Quantity.Value <= 0 || math.IsInf(it.Quantity.Value, 0) || math.IsNaN(it.Quantity.Value):
		return nil, kernel.Invalid(prefix+"quantity", sayQuantity)
	case it.Source == "":
		return nil, kernel.Invalid(prefix+"source", kernel.T("请写明数字的出处：哪份材料、第几行", "say where the figure comes from: which paper, which line"))
	}
	if p.Body.Shared == nil {
		if d.Own != nil {
			return nil, kernel.Invalid(prefix+"own", kernel.T("这不是共建工程，没有本方部分", "this work is not shared: there is no own part"))
		}
		return it, nil
	}
	own, err := ownPart(p.Body.Shared, d, prefix)
	if err != nil {
		return nil, err
	}
	it.Whole, it.Quantity = d.Quantity, own
	return it, nil
}

// ownPart gives what this tenant counts of a line of a shared work.
func ownPart(sh *Shared, d ItemDraft, prefix string) (kernel.Quantity, error) {
	if d.Own != nil {
		if d.Own.Unit != d.Quantity.Unit || d.Own.Value < 0 || d.Own.Value > d.Quantity.Value {
			return kernel.Quantity{}, kernel.Invalid(prefix+"own", kernel.T("本方部分的单位要和总数一样，且不超过总数", "the own part has the unit of the whole and does not exceed it"))
		}
		return *d.Own, nil
	}
	own := d.Quantity
	own.Value = d.Quantity.Value * float64(sh.OwnShare) / 100
	if sh.OwnShare == 0 || own.Value != math.Trunc(own.Value) {
		return own, kernel.Invalid(prefix+"own", kernel.T("共建工程请写明本方部分，按占比算不出整数", "this work is shared: write the own part; the share gives no whole number"))
	}
	own.Step = d.Quantity.Step * float64(sh.OwnShare) / 100
	return own, nil
}

// search looks for figures that may be told twice among all lines of the tenant, and stores the pairs that one of the new
// lines stands in.
func (s *Service) search(tx kernel.Tx, fresh []*Item) (int, error) {
	lines, err := s.Works.Lines(tx, Query{Drafts: access.ScopeOf(kernel.System(tx.Tenant()), access.RegisterRead)})
	if err != nil {
		return 0, err
	}
	isFresh := map[kernel.ID]bool{}
	for _, it := range fresh {
		isFresh[it.ID] = true
	}
	var flags []*Flag
	for _, f := range Twins(lines) {
		if isFresh[f.A] || isFresh[f.B] {
			f.ID, f.At = kernel.NewID(tx.Now()), tx.Now()
			flags = append(flags, &f)
		}
	}
	if len(flags) == 0 {
		return 0, nil
	}
	return s.Flags.PutFlags(tx, flags)
}

// Settle decides about a likely double count: confirmed, and the second line counts in no sum; dismissed, and both count; or
// open again. was is the state that the decider saw. A reason is always given.
func (s *Service) Settle(tx kernel.Tx, actor kernel.Actor, id kernel.ID, was, to FlagState, reason string) (*Pair, error) {
	f, err := s.Flags.Flag(tx, id)
	if err != nil {
		return nil, err
	}
	pair, err := s.pair(tx, actor, f)
	if err != nil {
		return nil, err
	}
	for _, p := range []*Project{pair.ProjectA, pair.ProjectB} {
		if err := access.Decide(actor, access.WorkWrite, target(tx, p.Path)).Err(); err != nil {
			return nil, err
		}
	}
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n < 2 || n > 500 {
		return nil, kernel.Invalid("reason", kernel.T("请写明理由，2 到 500 个字", "give a reason of 2 to 500 characters"))
	}
	switch {
	case to != FlagOpen && to != FlagConfirmed && to != FlagDismissed:
		return nil, kernel.Invalid("state", kernel.T("请选：确认重复、不是重复，或重新待定", "choose: the same figure, two figures, or open again"))
	case to == FlagConfirmed && (pair.A.TwinOf != "" || pair.B.TwinOf != ""):
		return nil, kernel.Conflict(kernel.T("其中一行已经并到别的行，不会再重复计数", "one of the lines counts with another already, so nothing counts twice"))
	}
	f.State, f.Reason, f.By, f.At = to, reason, actor.Ref(), tx.Now()
	ok, err := s.Flags.Settle(tx, f, was)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, kernel.Conflict(kernel.T("这一对刚被别人处理过，请刷新", "somebody has just settled this pair; load it again"))
	}
	twin := kernel.ID("")
	if to == FlagConfirmed {
		twin = f.A
	}
	if to == FlagConfirmed || was == FlagConfirmed {
		if err := s.Flags.SetTwin(tx, f.B, twin); err != nil {
			return nil, err
		}
		pair.B.TwinOf = twin
	}
	// What somebody wrote may name a person: it stands in the part that can be erased.
	_, err = s.Ledger.Append(tx, ledger.Entry{Actor: actor, Act: "work_flag", Object: f.ID, Version: 1,
		Public: map[string]any{"state": string(to), "a": string(f.A), "b": string(f.B)}, Personal: map[string]any{"reason": reason}})
	return pair, err
}
