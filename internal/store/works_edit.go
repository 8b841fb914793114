package store

import (
	"sanzhi/internal/kernel"
	"sanzhi/internal/works"
)

// DropPhoto implements works.Repo. The upload is swept like one that nobody took.
func (Works) DropPhoto(k kernel.Tx, project, photo kernel.ID) (bool, error) {
	t := string(on(k).tenant)
	ok, err := one(k, "DELETE FROM work_photo WHERE tenant = $1 AND project = $2 AND id = $3", t, string(project), string(photo))
	if err != nil || !ok {
		return ok, err
	}
	_, err = on(k).Exec("UPDATE upload SET case_id = '', expires_at = $1 WHERE tenant = $2 AND id = $3", ms(on(k).now), t, string(photo))
	return true, err
}

// ChangeItem implements works.FlagRepo.
func (WorkFlags) ChangeItem(k kernel.Tx, i *works.Item) error {
	whole := ""
	if i.Whole.Unit != "" {
		whole = text(i.Whole)
	}
	ok, err := one(k, `UPDATE work_item SET subject = $1, grouped = $2, act = $3, quantity = $4, whole = $5, location = $6, source = $7, twin_of = $8 WHERE tenant = $9 AND id = $10`,
		i.Subject, i.Group, string(i.Action), text(i.Quantity), whole, i.Location, i.Source, string(i.TwinOf), string(on(k).tenant), string(i.ID))
	if err == nil && !ok {
		return kernel.NotFound(kernel.T("没有这一行", "there is no such line"))
	}
	return err
}

// DropItem implements works.FlagRepo.
func (WorkFlags) DropItem(k kernel.Tx, id kernel.ID) error {
	_, err := on(k).Exec("DELETE FROM work_item WHERE tenant = $1 AND id = $2", string(on(k).tenant), string(id))
	return err
}

// DropFlags implements works.FlagRepo.
func (WorkFlags) DropFlags(k kernel.Tx, item kernel.ID) error {
	t := string(on(k).tenant)
	if _, err := on(k).Exec("DELETE FROM work_flag WHERE tenant = $1 AND (a = $2 OR b = $2)", t, string(item)); err != nil {
		return err
	}
	_, err := on(k).Exec("UPDATE work_item SET twin_of = '' WHERE tenant = $1 AND twin_of = $2", t, string(item))
	return err
}
