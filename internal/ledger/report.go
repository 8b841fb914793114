package ledger

import (
	"fmt"

	"sanzhi/internal/kernel"
)

// FindingKind is what is wrong with a ledger. The set is closed.
type FindingKind string

// The kinds of findings.
const (
	RowChanged       FindingKind = "row_changed"       // a sealed row is not what was sealed
	RowMissing       FindingKind = "row_missing"       // sealed rows are gone
	RowUncovered     FindingKind = "row_uncovered"     // a row has a sequence that no signed checkpoint covers
	RowUnreadable    FindingKind = "row_unreadable"    // a row has not the form of one
	HashChanged      FindingKind = "hash_changed"      // a stored hash is not what it was
	CheckpointForged FindingKind = "checkpoint_forged" // a checkpoint without this installation's signature
	CheckpointOther  FindingKind = "checkpoint_other"  // a signed checkpoint of another history
	CheckpointGone   FindingKind = "checkpoint_gone"   // it stands outside the database but not in it, or the other way round
	TailCut          FindingKind = "tail_cut"          // fewer rows than a signed checkpoint has
	PersonalChanged  FindingKind = "personal_changed"  // a personal part is not the one of its row
	VersionBroken    FindingKind = "version_broken"    // a version of a case is missing, or there twice
	StepDiffers      FindingKind = "step_differs"      // a case stands in another step than its last act left it in
	CaseGone         FindingKind = "case_gone"         // acts on a case that is not there
)

// AllFindingKinds lists the closed set.
var AllFindingKinds = []FindingKind{RowChanged, RowMissing, RowUncovered, RowUnreadable, HashChanged, CheckpointForged, CheckpointOther,
	CheckpointGone, TailCut, PersonalChanged, VersionBroken, StepDiffers, CaseGone}

// Finding is one fault, with where it lies. Seq is -1 when it concerns no one sealed row.
type Finding struct {
	Kind   FindingKind `json:"kind"`
	Seq    int64       `json:"seq"`
	Row    kernel.ID   `json:"row,omitempty"`
	Object kernel.ID   `json:"object,omitempty"`
	Say    kernel.Text `json:"say"`
}

// Report is what was found about one tenant's ledger.
type Report struct {
	Tenant kernel.Tenant `json:"tenant"`
	Rows   int64         `json:"rows"`
	Sealed int64         `json:"sealed"`
	// Checkpoints and Outside count the valid ones, in the database and outside it.
	Checkpoints int64  `json:"checkpoints"`
	Outside     int64  `json:"outside"`
	Size        int64  `json:"size"` // rows that the last valid checkpoint has
	Root        string `json:"root,omitempty"`
	// Of the personal parts: opened and right; erased; not looked at, since there were no keys.
	Personal int64 `json:"personal"`
	Erased   int64 `json:"erased"`
	Unopened int64 `json:"unopened"`
	Cases    int64 `json:"cases"`
	// Notes are worth knowing and no faults.
	Notes []kernel.Text `json:"notes"`
	// Findings are the first mostFindings of all; Found is how many there are.
	Findings []Finding `json:"findings"`
	Found    int       `json:"found"`
}

// mostFindings is how many findings a report lists.
const mostFindings = 1000

// Whole reports whether nothing was found.
func (r *Report) Whole() bool { return r.Found == 0 }

func (r *Report) add(f Finding) {
	r.Found++
	if len(r.Findings) < mostFindings {
		r.Findings = append(r.Findings, f)
	}
}

// row adds a finding about a row.
func (r *Report) row(kind FindingKind, row *Row, zh, en string) {
	where, wo := fmt.Sprintf("第 %d 行（%s）", row.Seq, row.ID), fmt.Sprintf("row %d (%s)", row.Seq, row.ID)
	if row.Seq < 0 {
		where, wo = "未封存的行（"+string(row.ID)+"）", "the unsealed row ("+string(row.ID)+")"
	}
	r.add(Finding{Kind: kind, Seq: max(row.Seq, -1), Row: row.ID, Object: row.Object, Say: kernel.T(where+zh, wo+" "+en)})
}

// at adds a finding about a sequence.
func (r *Report) at(kind FindingKind, seq int64, zh, en string) {
	r.add(Finding{Kind: kind, Seq: seq, Say: kernel.T(zh, en)})
}
