package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"sanzhi/internal/kernel"
	"sanzhi/internal/store/dialect"
	"sanzhi/internal/store/migrations"
)

// Backup writes a consistent copy of the running database to a new file at path, which only its owner may read. When it
// returns nil the copy is on disk; until then no file of that name exists. A file that exists is KindConflict.
func (e *Engine) Backup(ctx context.Context, path string) error {
	if err := absent(path); err != nil {
		return err
	}
	part, err := newPart(path)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(part) }()
	// VACUUM INTO takes an empty file, and so the copy never has wider rights than this one. It reads one snapshot: who
	// writes meanwhile is not held up.
	db, err := pool(e.writeDSN, 1) // a connection for queries only may not vacuum, not even into another file
	if err != nil {
		return fmt.Errorf("backup %s: %w", path, err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(ctx, "VACUUM INTO ?", part); err != nil {
		return fmt.Errorf("backup %s: %w", path, err)
	}
	return publish(part, path, false)
}

// RestoreOptions say what Restore may do.
type RestoreOptions struct {
	// Overwrite lets the backup take the place of a database that exists, which is kept under another name.
	Overwrite bool
}

// Restore puts the backup at backup in the place of the database at target, after checking that it is whole and of a
// schema that this program knows. The target is not served meanwhile (KindConflict when it is). A database that stood at
// the target is refused (KindConflict) unless o.Overwrite; then it is kept beside it, and kept names the file. Until
// Restore returns nil the target is what it was before: the last step is one rename.
func Restore(ctx context.Context, backup, target string, o RestoreOptions) (kept string, err error) {
	lock, err := Lock(target)
	if err != nil {
		return "", err
	}
	defer func() { _ = lock.Release() }()
	if !o.Overwrite {
		if err := absent(target); err != nil {
			return "", err
		}
	}
	if st, err := os.Stat(backup + "-wal"); err == nil && st.Size() > 0 {
		return "", kernel.Invalid("backup", kernel.T(backup+" 旁边还有未并入的日志文件，它不是备份。请用 sanzhi backup 做的备份文件",
			"there is a log beside "+backup+" that is not yet part of it, so it is no backup; use a file made by sanzhi backup"))
	}
	part, err := newPart(target)
	if err != nil {
		return "", err
	}
	defer func() { _ = os.Remove(part) }()
	if err := copyInto(part, backup); err != nil {
		return "", err
	}
	if err := inspect(ctx, part, backup); err != nil {
		return "", err
	}
	if kept, err = keep(target); err != nil {
		return "", err
	}
	return kept, publish(part, target, true)
}

func absent(path string) error {
	if _, err := os.Lstat(path); err == nil {
		return exists(path)
	} else if !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("look at %s: %w", path, err)
	}
	return nil
}

func exists(path string) error {
	return kernel.Conflict(kernel.T(path+" 已经存在，没有覆盖。请换一个文件名，或说明可以覆盖", path+" exists and was not overwritten; choose another name, or say that it may be overwritten"))
}

// newPart makes an empty file beside path that only its owner may read.
func newPart(path string) (string, error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.part") // 0600
	if err != nil {
		return "", fmt.Errorf("write beside %s: %w", path, err)
	}
	return f.Name(), f.Close()
}

// publish makes the finished file durable and gives it its name, in place of another only when told.
func publish(part, path string, replace bool) error {
	if err := syncPath(part); err != nil {
		return err
	}
	var err error
	if replace {
		err = os.Rename(part, path)
	} else {
		err = os.Link(part, path) // unlike a rename, this fails when the name is taken
	}
	if errors.Is(err, os.ErrExist) {
		return exists(path)
	}
	if err != nil {
		return fmt.Errorf("name %s: %w", path, err)
	}
	return syncPath(filepath.Dir(path))
}

// syncPath puts a file, or the names in a folder, on disk.
func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func copyInto(to, from string) error {
	src, err := os.Open(from)
	if err != nil {
		return kernel.Invalid("backup", kernel.T("打不开备份文件 "+from+"，请检查文件名和权限", "the backup "+from+" cannot be opened; check its name and your rights"))
	}
	defer func() { _ = src.Close() }()
	dst, err := os.OpenFile(to, os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(dst, src)
	return errors.Join(err, dst.Close())
}

// inspect refuses a copy that is damaged, that is not ours, or that a newer program made; said names it to people.
func inspect(ctx context.Context, path, said string) error {
	// immutable: nothing is made beside the copy.
	db, err := pool(dsn(path)+"mode=ro&immutable=1", 1)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	var fault string
	err = db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&fault)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err == nil && fault != "ok" {
		err = errors.New(fault)
	}
	if err != nil {
		return &kernel.Error{Kind: kernel.KindInvalid, Field: "backup", Cause: err, Say: kernel.T(
			"备份文件 "+said+" 已损坏，没有恢复。请换一份更早的备份", "the backup "+said+" is damaged and was not restored; use an earlier one")}
	}
	known, err := migrations.Latest(dialect.SQLite)
	if err != nil {
		return err
	}
	var has sql.NullInt64
	err = db.QueryRowContext(ctx, "SELECT MAX(version_id) FROM goose_db_version WHERE is_applied = 1").Scan(&has)
	switch {
	case err != nil || has.Int64 < 1:
		return &kernel.Error{Kind: kernel.KindInvalid, Field: "backup", Cause: err, Say: kernel.T(
			said+" 不是 sanzhi 的备份文件", said+" is not a backup made by sanzhi")}
	case has.Int64 > known:
		n, k := strconv.FormatInt(has.Int64, 10), strconv.FormatInt(known, 10)
		return kernel.Invalid("backup", kernel.T("备份 "+said+" 是更新的程序做的（结构 "+n+"，本程序只认到 "+k+"）。请先升级程序",
			"the backup "+said+" was made by a newer program (schema "+n+", this one knows up to "+k+"); upgrade the program first"))
	}
	return nil
}

// keep gives the database at path, damaged or not, a second name, and takes its log away from the first: a log beside
// another database would be read into it.
func keep(path string) (string, error) {
	if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
		return "", discardLog(path, "")
	}
	as := path + ".replaced-" + time.Now().UTC().Format("20060102T150405.000")
	if err := os.Link(path, as); err != nil {
		return "", fmt.Errorf("keep %s: %w", path, err)
	}
	return as, discardLog(path, as)
}

// discardLog moves the log at path to the name as, or removes it when that is empty, and removes the log's index.
func discardLog(path, as string) error {
	var err error
	if as != "" {
		err = os.Rename(path+"-wal", as+"-wal")
	} else {
		err = os.Remove(path + "-wal")
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.Remove(path + "-shm"); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
