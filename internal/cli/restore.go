package cli

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
	"sanzhi/internal/store/sqlite"
)

type restoreCmd struct {
	File            string `arg:"" help:"Backup made by sanzhi backup." type:"existingfile"`
	Public          string `help:"File with the public key; the key file's own when left out." type:"path"`
	DespiteFindings bool   `help:"Restore even a backup whose ledger is not whole."`
}

// Run implements the command. Until all is checked it works in a folder beside DIR; then the photos, the checkpoints and last
// the database are moved into DIR, which must hold none of them yet.
func (c *restoreCmd) Run(e *env) (err error) {
	if e.global.Database != "" {
		return kernel.Invalid("database", kernel.T("PostgreSQL 请用它自己的工具恢复，再运行 sanzhi verify", "restore PostgreSQL with its own tools, then run sanzhi verify"))
	}
	if err := e.vacant(); err != nil {
		return err
	}
	v := &verifying{mustOutside: true}
	if v.verifier, v.sealer, err = e.verifying(c.Public); err != nil {
		return err
	}
	data := e.global.Data
	if err := os.MkdirAll(data, 0o700); err != nil {
		return err
	}
	lock, err := sqlite.Lock(e.global.sqlitePath())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	work, err := os.MkdirTemp(filepath.Dir(data), ".sanzhi-restore-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	m, err := unpack(c.File, work)
	if err != nil {
		return err
	}
	out, err := v.unpacked(e, work)
	if err != nil {
		return err
	}
	if !out.Whole && !c.DespiteFindings {
		e.printf("没有恢复：备份里的台账不完整。仍要恢复，加 --despite-findings。\nNot restored: the ledger in the backup is not whole. To restore it all the same add --despite-findings.\n")
		return e.printVerified(out)
	}
	if err := moveIn(work, data); err != nil {
		return err
	}
	if e.global.JSON {
		return e.printJSON(map[string]any{"data": data, "backup": m, "verified": out})
	}
	for _, r := range out.Tenants {
		e.printReport(r)
	}
	e.printf("已恢复到 %s，内容截至 %s。\nRestored to %s, as of %s (UTC+8).\n", data, m.At.In(kernel.Shanghai).Format("2006-01-02 15:04:05"), data, m.At.In(kernel.Shanghai).Format("2006-01-02 15:04:05"))
	if _, err := os.Stat(e.global.keyPath()); errors.Is(err, fs.ErrNotExist) {
		e.printf("还缺密钥文件：请把它放到 %s，否则个人信息读不出来。\nThe key file is still missing: put it at %s, or personal data cannot be read.\n", e.global.keyPath(), e.global.keyPath())
	}
	return nil
}

// restored are the names that a restore brings into DIR. The database comes last: while it is not there, nothing is.
var restored = []string{"files", "checkpoints", "sanzhi.db"}

// vacant refuses a data directory that has data already.
func (e *env) vacant() error {
	for _, name := range append([]string{"sanzhi.db-wal"}, restored...) {
		path := filepath.Join(e.global.Data, name)
		if _, err := os.Lstat(path); err == nil {
			return kernel.Conflict(kernel.T(path+" 已经存在，没有覆盖。请把旧目录改名留着，恢复到一个新目录",
				path+" exists and was not overwritten; keep the old folder under another name and restore to a new one"))
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// unpacked opens the database in the work folder, brings it to this program's schema, and verifies its ledger.
func (v *verifying) unpacked(e *env, work string) (out *verified, err error) {
	// Restore refuses what is damaged, not ours, or made by a newer program.
	if _, err := sqlite.Restore(e.ctx, filepath.Join(work, "unpacked.db"), filepath.Join(work, "sanzhi.db"), sqlite.RestoreOptions{}); err != nil {
		return nil, err
	}
	if err := os.Remove(filepath.Join(work, "unpacked.db")); err != nil {
		return nil, err
	}
	engine, err := sqlite.Open(e.ctx, filepath.Join(work, "sanzhi.db"), sqlite.Options{Readers: 1})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	if err := engine.Migrate(e.ctx); err != nil {
		return nil, err
	}
	v.db, v.outside = store.New(engine, e.clock), checkpointDir(work)
	if !e.global.JSON {
		v.done = e.progress("核对 checking")
	}
	return v.run(e.ctx)
}

// moveIn gives what was checked its place.
func moveIn(work, data string) error {
	for _, name := range restored {
		err := os.Rename(filepath.Join(work, name), filepath.Join(data, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err := syncFolder(data); err != nil {
			return err
		}
	}
	return nil
}

// memberName is all that a backup may hold beside its three single members: nothing leads out of the folder.
var memberName = regexp.MustCompile(`^(checkpoints/[0-9]{6}\.txt|files/[0-9]{6}/[0-9a-f]{2}/[0-9a-f]{64})$`)

func badBackup(zh, en string, cause error) error {
	return &kernel.Error{Kind: kernel.KindInvalid, Field: "backup", Say: kernel.T("备份文件"+zh+"，没有恢复。请换一份", "the backup "+en+" and was not restored; use another"), Cause: cause}
}

// unpack writes the members of a backup into the work folder and checks their digests. The database becomes unpacked.db.
func unpack(path, work string) (m manifest, err error) {
	f, err := os.Open(path)
	if err != nil {
		return m, err
	}
	defer func() { _ = f.Close() }()
	r := tar.NewReader(f)
	var sums strings.Builder
	seen := map[string]bool{}
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return m, badBackup("没有写完", "was not written to its end", nil)
		}
		if err != nil {
			return m, badBackup("读不了，或已损坏", "cannot be read or is damaged", err)
		}
		if h.Typeflag != tar.TypeReg || seen[h.Name] {
			return m, badBackup("里有不该有的内容："+h.Name, "holds what it should not: "+h.Name, nil)
		}
		seen[h.Name] = true
		if h.Name == memberDigests {
			b, err := io.ReadAll(r)
			if err != nil || string(b) != sums.String() || !seen[memberDatabase] || !seen[memberManifest] {
				return m, badBackup("和它的校验和对不上，已损坏", "does not match its digests: it is damaged", err)
			}
			return m, nil
		}
		sum := sha256.New()
		body := io.TeeReader(r, sum)
		switch {
		case h.Name == memberManifest:
			if m, err = readManifest(body); err == nil {
				_, err = io.Copy(io.Discard, body)
			}
		case h.Name == memberDatabase:
			err = writeMember(filepath.Join(work, "unpacked.db"), body)
		case memberName.MatchString(h.Name):
			err = writeMember(filepath.Join(work, filepath.FromSlash(h.Name)), body)
		default:
			err = badBackup("里有不该有的内容："+h.Name, "holds what it should not: "+h.Name, nil)
		}
		if err != nil {
			return m, err
		}
		sums.WriteString(sumLine(sum, h.Name))
	}
}

func readManifest(r io.Reader) (m manifest, err error) {
	b, err := io.ReadAll(io.LimitReader(r, 1<<16))
	if err == nil {
		err = json.Unmarshal(b, &m)
	}
	switch {
	case err != nil || m.Form == 0:
		return m, badBackup("不是 sanzhi 做的", "was not made by sanzhi", err)
	case m.Form > backupForm:
		return m, badBackup(fmt.Sprintf("是更新的程序做的（格式 %d）", m.Form), fmt.Sprintf("was made by a newer program (form %d)", m.Form), nil)
	}
	return m, nil
}

// writeMember writes a file durably.
func writeMember(path string, r io.Reader) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(f, r); err != nil {
		return errors.Join(badBackup("读不到末尾，或磁盘写不下", "cannot be read to its end, or the disk is full", err), f.Close())
	}
	return errors.Join(f.Sync(), f.Close(), syncFolder(filepath.Dir(path)))
}
