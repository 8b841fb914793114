package works

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
)

var sayNoLine = kernel.T("清单里没有这一行，请刷新后再改", "there is no such line in the bill; load the work again")

// ChangeItem writes a line of the bill anew, on condition that the project still has the version. When the figure itself changes, what was
// decided about its doubles holds no longer: its pairs are dropped and looked for again.
func (s *Service) ChangeItem(tx kernel.Tx, actor kernel.Actor, id, item kernel.ID, version int, d ItemDraft) (*Item, error) {
	p, old, err := s.line(tx, actor, id, item, version)
	if err != nil {
		return nil, err
	}
	it, err := itemOf(p, d, "")
	if err != nil {
		return nil, err
	}
	it.ID, it.Line, it.TwinOf = old.ID, old.Line, old.TwinOf
	another := it.Subject != old.Subject || !SameFigure(it.Quantity, old.Quantity)
	if another {
		it.TwinOf = ""
		if err := s.Flags.DropFlags(tx, old.ID); err != nil {
			return nil, err
		}
	}
	if err := s.Flags.ChangeItem(tx, it); err != nil {
		return nil, err
	}
	if another {
		if _, err := s.search(tx, []*Item{it}); err != nil {
			return nil, err
		}
	}
	return it, s.store(tx, actor, p, p.Version, "work_item_changed", map[string]any{"item": string(it.ID), "line": it.Line,
		"was": old.Subject + " " + FormatQuantity(old.Quantity), "is": it.Subject + " " + FormatQuantity(it.Quantity)})
}

// DropItem takes a line out of the bill, with the reason. A line that was told again by it counts by itself from then on.
func (s *Service) DropItem(tx kernel.Tx, actor kernel.Actor, id, item kernel.ID, version int, reason string) error {
	p, old, err := s.line(tx, actor, id, item, version)
	if err != nil {
		return err
	}
	if reason, err = kernel.Clean("reason", reason, 2, 200); err != nil {
		return err
	}
	if err := s.Flags.DropFlags(tx, old.ID); err != nil {
		return err
	}
	if err := s.Flags.DropItem(tx, old.ID); err != nil {
		return err
	}
	was := p.Version
	p.Version, p.Updated = was+1, tx.Now()
	if ok, err := s.Works.UpdateProject(tx, p, was); err != nil || !ok {
		return cmp.Or(err, stale())
	}
	// What somebody wrote may name a person: it stands in the part that can be erased.
	_, err = s.Ledger.Append(tx, ledger.Entry{Actor: actor, Act: "work_item_dropped", Object: p.ID, Version: p.Version, Public: map[string]any{"item": string(old.ID),
		"line": old.Line, "was": old.Subject + " " + FormatQuantity(old.Quantity)}, Personal: map[string]any{"reason": reason}})
	return err
}

func (s *Service) line(tx kernel.Tx, actor kernel.Actor, id, item kernel.ID, version int) (*Project, *Item, error) {
	p, err := s.change(tx, actor, id, version)
	if err != nil {
		return nil, nil, err
	}
	old, err := s.Flags.Item(tx, item)
	if err != nil || old.Project != p.ID {
		return nil, nil, kernel.NotFound(sayNoLine)
	}
	return p, old, nil
}

// DropPhoto takes a photo out of a project; its bytes are swept like those of an upload that nobody took.
func (s *Service) DropPhoto(tx kernel.Tx, actor kernel.Actor, id, photo kernel.ID) error {
	p, err := s.change(tx, actor, id, 0)
	if err != nil {
		return err
	}
	ok, err := s.Works.DropPhoto(tx, p.ID, photo)
	if err != nil {
		return err
	}
	if !ok {
		return kernel.NotFound(kernel.T("这个工程里没有这张照片，可能刚被去掉", "this work has no such photo; it may just have been removed"))
	}
	return s.record(tx, actor, "work_photo_dropped", p.ID, p.Version, map[string]any{"photo": string(photo)})
}

// order is how far a state is on the way; what has stopped is on no way.
var order = map[State]int{Planned: 0, Active: 1, Done: 2}

// checkBack asks for a reason for each stage that goes back or stops: the note of the stage, which everybody who sees the work reads. A stage
// that had begun is not left out silently either.
func checkBack(old, stages []Stage) error {
	begun := map[string]State{}
	for _, st := range old {
		begun[st.Name] = st.State
	}
	for i, st := range stages {
		was, known := begun[strings.TrimSpace(st.Name)]
		delete(begun, strings.TrimSpace(st.Name))
		if !known || was == st.State {
			continue
		}
		if (st.State == Stopped || was != Stopped && order[st.State] < order[was]) && utf8.RuneCountInString(strings.TrimSpace(st.Note)) < 2 {
			return kernel.Invalid(fmt.Sprintf("stages[%d].note", i), kernel.T(
				fmt.Sprintf("“%s”从%s改为%s，请写明原因", st.Name, States.Name(was).Zh, States.Name(st.State).Zh),
				fmt.Sprintf("%q goes from %s to %s: say why", st.Name, States.Name(was).En, States.Name(st.State).En)))
		}
	}
	left := []string{}
	for name, was := range begun {
		if was != Planned {
			left = append(left, name)
		}
	}
	if len(left) == 0 {
		return nil
	}
	slices.Sort(left)
	return kernel.Invalid("stages", kernel.T("“"+strings.Join(left, "、")+"”已经开始，不能去掉；不做了请改为停建，并写明原因",
		strings.Join(left, ", ")+" has begun and cannot be left out; if it is given up, mark it stopped and say why"))
}
