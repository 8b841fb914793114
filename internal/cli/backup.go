package cli

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sanzhi/internal/kernel"
	"sanzhi/internal/store/migrations"
	"sanzhi/internal/store/sqlite"
)

type backupCmd struct {
	File string `arg:"" help:"File to write; it must not exist yet." type:"path"`
}

// The members of a backup, in this order: what it is, the checkpoints, the database, the photos, and last the digests of all
// of them, without which a backup is not whole. The keys are never in it.
const (
	memberManifest    = "sanzhi-backup.json"
	memberCheckpoints = "checkpoints/"
	memberDatabase    = "sanzhi.db"
	memberFiles       = "files/"
	memberDigests     = "SHA256SUMS"
)

// backupForm is the version of the form of a backup.
const backupForm = 1

// manifest says what a backup is.
type manifest struct {
	Form    int       `json:"sanzhi_backup"`
	Version string    `json:"version"`
	Schema  int64     `json:"schema"`
	At      time.Time `json:"at"` // what was acknowledged before this instant is in it
}

// Run implements the command.
func (c *backupCmd) Run(e *env) error {
	if e.global.Database != "" {
		return kernel.Invalid("database", kernel.T("PostgreSQL 请用 pg_dump 或 pg_basebackup 备份，恢复以后运行 sanzhi verify；照片和检查点文件见 docs/operate.zh-CN.md",
			"back PostgreSQL up with pg_dump or pg_basebackup, and run sanzhi verify after a restore; for checkpoint files see docs/operate.md"))
	}
	n, err := e.backup(e.ctx, c.File)
	if err != nil {
		return err
	}
	if e.global.JSON {
		return e.printJSON(map[string]any{"file": c.File, "members": n})
	}
	e.printf("已备份到 %s（%d 个文件）。密钥不在里面，请另外保管 %s。\n", c.File, n, e.global.keyPath())
	e.printf("Backed up to %s (%d files). The keys are not in it; keep %s elsewhere.\n", c.File, n, e.global.keyPath())
	return nil
}

// backup writes the data directory to a new file, which only its owner may read and which has its name only when it is whole
// and on disk.
func (e *env) backup(ctx context.Context, path string) (members int, err error) {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return 0, errors.Join(err, kernel.Conflict(kernel.T(path+" 已经存在，没有覆盖。请换一个文件名", path+" exists and was not overwritten; choose another name")))
	}
	engine, err := e.openAsIs()
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	lite, ok := engine.(*sqlite.Engine)
	if !ok {
		return 0, fmt.Errorf("backup: %s", engine.Name())
	}
	work, err := os.MkdirTemp(filepath.Dir(path), ".sanzhi-backup-")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	schema, err := migrations.Latest(engine.Name())
	if err != nil {
		return 0, err
	}
	out, err := os.OpenFile(filepath.Join(work, "tar"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, err
	}
	p := &packer{tar: tar.NewWriter(out), at: e.clock.Now()}
	err = p.all(ctx, lite, e.global.Data, filepath.Join(work, memberDatabase), manifest{Form: backupForm, Version: version, Schema: schema, At: p.at})
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		return 0, fmt.Errorf("backup %s: %w", path, err)
	}
	// A link fails when the name is taken, which a rename does not.
	if err := os.Link(out.Name(), path); err != nil {
		return 0, err
	}
	return p.members, syncFolder(filepath.Dir(path))
}

// packer writes the members of a backup.
type packer struct {
	tar     *tar.Writer
	at      time.Time
	sums    strings.Builder
	members int
}

// all writes every member. The order counts: the checkpoints are copied before the database, which is therefore never behind
// them, and the photos after it, so that each one that the copy names is there.
func (p *packer) all(ctx context.Context, lite *sqlite.Engine, data, copied string, m manifest) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if err := p.bytes(memberManifest, text); err != nil {
		return err
	}
	if err := p.tree(ctx, filepath.Join(data, "checkpoints"), memberCheckpoints); err != nil {
		return err
	}
	if err := lite.Backup(ctx, copied); err != nil {
		return err
	}
	if err := p.file(memberDatabase, copied); err != nil {
		return err
	}
	if err := p.tree(ctx, filepath.Join(data, "files"), memberFiles); err != nil {
		return err
	}
	// The digests' own line would have to hold itself, so they have none.
	sums := p.sums.String()
	if err := p.bytes(memberDigests, []byte(sums)); err != nil {
		return err
	}
	return p.tar.Close()
}

// tree writes the files of a folder, if there is one. Files that are only on their way into it (their names begin with a dot)
// or out of it are left.
func (p *packer) tree(ctx context.Context, dir, prefix string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || d.IsDir() {
			return errors.Join(err, ctx.Err())
		}
		if strings.HasPrefix(d.Name(), ".") || strings.HasSuffix(d.Name(), ".gone") || !d.Type().IsRegular() {
			return nil
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		err = p.file(prefix+filepath.ToSlash(rel), path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // an upload that nobody took was swept just now
		}
		return err
	})
}

// file writes one file as long as it is now: what is appended meanwhile is not part of the backup.
func (p *packer) file(name, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	return p.member(name, st.Size(), f)
}

func (p *packer) bytes(name string, b []byte) error {
	return p.member(name, int64(len(b)), strings.NewReader(string(b)))
}

func (p *packer) member(name string, size int64, r io.Reader) error {
	if err := p.tar.WriteHeader(&tar.Header{Name: name, Size: size, Mode: 0o600, ModTime: p.at, Typeflag: tar.TypeReg, Format: tar.FormatPAX}); err != nil {
		return err
	}
	h := sha256.New()
	if _, err := io.CopyN(io.MultiWriter(p.tar, h), r, size); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	p.sums.WriteString(sumLine(h, name))
	p.members++
	return nil
}

// sumLine is a line as sha256sum writes and checks it.
func sumLine(h hash.Hash, name string) string {
	return hex.EncodeToString(h.Sum(nil)) + "  " + name + "\n"
}
