package store

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
)

// changes are the columns that an update writes.
type changes struct {
	cols []string
	args []any
}

// set adds a column when its value differs from the kept one, or when nothing was kept.
func set[T comparable](ch *changes, all bool, col string, now, was T, arg any) {
	if all || now != was {
		ch.cols = append(ch.cols, col)
		ch.args = append(ch.args, arg)
	}
}

// changesOf compares a case with what the store kept of it when it was read. A column that is not written costs nothing in
// the indexes that it stands in, and nothing is written over that this act has not changed.
func changesOf(c *cases.Case) *changes {
	k, all := c.Kept, c.Kept == nil
	if all {
		k = &cases.Case{}
	}
	ch := &changes{cols: make([]string, 0, 32), args: make([]any, 0, 36)}
	set(ch, all, "step", c.Step, k.Step, c.Step)
	set(ch, all, "prev_step", c.PrevStep, k.PrevStep, c.PrevStep)
	set(ch, all, "ended", c.Ended, k.Ended, c.Ended)
	set(ch, all, "version", c.Version, k.Version, c.Version)
	set(ch, all, "round", c.Round, k.Round, c.Round)
	set(ch, all, "strand", c.Strands.String(), k.Strands.String(), c.Strands.String())
	set(ch, all, "unit", c.Unit, k.Unit, string(c.Unit))
	set(ch, all, "assignee", c.Assignee, k.Assignee, string(c.Assignee))
	set(ch, all, "assignee_name", c.AssigneeName, k.AssigneeName, c.AssigneeName)
	set(ch, all, "urgent", c.Urgent, k.Urgent, flag(c.Urgent))
	set(ch, all, "supervised", c.Supervised, k.Supervised, flag(c.Supervised))
	set(ch, all, "held", c.Held, k.Held, flag(c.Held))
	set(ch, all, "merged_into", c.MergedInto, k.MergedInto, string(c.MergedInto))
	set(ch, all, "due_at", c.DueAt(), k.DueAt(), c.DueAt())
	set(ch, all, "tick_at", ms(c.TickAt), ms(k.TickAt), ms(c.TickAt))
	set(ch, all, "updated_at", ms(c.UpdatedAt), ms(k.UpdatedAt), ms(c.UpdatedAt))
	set(ch, all, "closed_at", ms(c.ClosedAt), ms(k.ClosedAt), ms(c.ClosedAt))
	set(ch, all, "finished_at", ms(c.FinishedAt), ms(k.FinishedAt), ms(c.FinishedAt))
	set(ch, all, "step_at", ms(c.StepAt), ms(k.StepAt), ms(c.StepAt))
	set(ch, all, "score", c.Score, k.Score, c.Score)
	set(ch, all, "solved", c.Solved, k.Solved, flag(c.Solved))
	set(ch, all, "rated_at", ms(c.RatedAt), ms(k.RatedAt), ms(c.RatedAt))
	measureChanges(ch, all, c.Measures, k.Measures)
	if all || c.Route != k.Route {
		set(ch, true, "route", "", "", text(c.Route))
	}
	if s := joinIDs(c.Cohandles); all || s != joinIDs(k.Cohandles) {
		set(ch, true, "cohandles", "", "", s)
	}
	if all || c.Result.Text != k.Result.Text || joinIDs(c.Result.Photos) != joinIDs(k.Result.Photos) {
		set(ch, true, "result", "", "", text(c.Result))
	}
	set(ch, true, "clocks", "", "", text(c.Clocks)) // nearly every act moves one
	return ch
}

func measureChanges(ch *changes, all bool, m, k cases.Measures) {
	set(ch, all, "resp_kept", m.RespKept, k.RespKept, m.RespKept)
	set(ch, all, "resp_missed", m.RespMissed, k.RespMissed, m.RespMissed)
	set(ch, all, "resp_due", ms(m.RespDue), ms(k.RespDue), ms(m.RespDue))
	set(ch, all, "fin_kept", m.FinKept, k.FinKept, m.FinKept)
	set(ch, all, "fin_missed", m.FinMissed, k.FinMissed, m.FinMissed)
	set(ch, all, "fin_due", ms(m.FinDue), ms(k.FinDue), ms(m.FinDue))
}

// updateTexts remembers the text of an update by its columns: few sets of columns ever change together.
var updateTexts sync.Map

// text gives the statement; with tick it also asks that the clocks stand as they were kept.
func (ch *changes) text(tick bool) string {
	key := strings.Join(ch.cols, " ")
	if tick {
		key += " tick"
	}
	if s, ok := updateTexts.Load(key); ok {
		return s.(string)
	}
	var sets strings.Builder
	for i, col := range ch.cols {
		if i > 0 {
			sets.WriteString(", ")
		}
		sets.WriteString(col + " = $" + strconv.Itoa(i+1))
	}
	n := len(ch.cols)
	arg := func(i int) string { return "$" + strconv.Itoa(n+i) }
	s := "UPDATE case_record SET " + sets.String() + " WHERE tenant = " + arg(1) + " AND id = " + arg(2) + " AND version = " + arg(3) + " AND rolled = 0"
	if tick {
		s += " AND tick_at = " + arg(4)
	}
	updateTexts.Store(key, s)
	return s
}

// Update implements cases.Repo. A closed case that stands in the sums of the rates is taken out of them first. What the program does to the clocks by itself leaves the version alone, so an act that
// began from a kept case also asks that the clocks were not looked at since.
func (Cases) Update(k kernel.Tx, c *cases.Case, was int) (bool, error) {
	t := on(k)
	ch := changesOf(c)
	args := append(ch.args, string(t.tenant), string(c.ID), was)
	if c.Kept != nil {
		args = append(args, ms(c.Kept.TickAt))
	}
	ok, err := one(k, ch.text(c.Kept != nil), args...)
	if err == nil && !ok {
		if ok, err = unsettle(k, c.ID, was); ok {
			return Cases{}.Update(k, c, was) // now it stands in no sum
		}
	}
	if err != nil || !ok {
		return ok, err
	}
	for _, u := range c.Cohandles {
		if c.Kept != nil && slices.Contains(c.Kept.Cohandles, u) {
			continue
		}
		if err := do(k, `INSERT INTO case_cohandle (tenant, unit, case_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
			string(t.tenant), string(u), string(c.ID)); err != nil {
			return false, err
		}
	}
	t.remember(c)
	return true, nil
}
