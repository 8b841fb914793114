package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"sanzhi/internal/files"
	"sanzhi/internal/kernel"
)

// Uploads keeps the records of photos.
type Uploads struct{}

var _ files.Uploads = Uploads{}

const uploadCols = `id, sha, thumb, w, h, size, at, expires_at, case_id`

func scanUpload(r scanner) (u files.Upload, err error) {
	var when, expires int64
	err = r.Scan(&u.ID, &u.SHA, &u.Thumb, &u.Width, &u.Height, &u.Bytes, &when, &expires, &u.Case)
	u.At, u.Expires = at(when), at(expires)
	return u, notFound(err, kernel.T("没有这张照片", "there is no such photo"))
}

// InsertUpload implements files.Uploads.
func (Uploads) InsertUpload(k kernel.Tx, u files.Upload) error {
	_, err := on(k).Exec("INSERT INTO upload (tenant, "+uploadCols+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
		string(on(k).tenant), string(u.ID), u.SHA, u.Thumb, u.Width, u.Height, u.Bytes, ms(u.At), ms(u.Expires), string(u.Case))
	return err
}

// UploadByID implements files.Uploads.
func (Uploads) UploadByID(k kernel.Tx, id kernel.ID) (files.Upload, error) {
	return scanUpload(on(k).QueryRow("SELECT "+uploadCols+" FROM upload WHERE tenant = $1 AND id = $2", string(on(k).tenant), string(id)))
}

// TakeUpload implements files.Uploads.
func (Uploads) TakeUpload(k kernel.Tx, upload, toCase kernel.ID) error {
	ok, err := one(k, `UPDATE upload SET case_id = $1 WHERE tenant = $2 AND id = $3 AND case_id = '' AND expires_at > $4`,
		string(toCase), string(on(k).tenant), string(upload), ms(on(k).now))
	return mustOne(ok, err, kernel.T("没有这张照片", "there is no such photo"))
}

// UploadsOf implements files.Uploads.
func (Uploads) UploadsOf(k kernel.Tx, ofCase kernel.ID) ([]files.Upload, error) {
	rows, err := on(k).Query("SELECT "+uploadCols+" FROM upload WHERE tenant = $1 AND case_id = $2 AND case_id <> '' ORDER BY id",
		string(on(k).tenant), string(ofCase))
	return scanAll(rows, err, func(r *sql.Rows) (files.Upload, error) { return scanUpload(r) })
}

// ExpiredUploads implements files.Uploads.
func (Uploads) ExpiredUploads(k kernel.Tx, limit int) ([]files.Upload, error) {
	rows, err := on(k).Query("SELECT "+uploadCols+" FROM upload WHERE tenant = $1 AND case_id = '' AND expires_at <= $2 ORDER BY expires_at LIMIT $3",
		string(on(k).tenant), ms(on(k).now), limit)
	return scanAll(rows, err, func(r *sql.Rows) (files.Upload, error) { return scanUpload(r) })
}

// DropUpload implements files.Uploads.
func (Uploads) DropUpload(k kernel.Tx, upload kernel.ID) error {
	_, err := on(k).Exec(`DELETE FROM upload WHERE tenant = $1 AND id = $2 AND case_id = ''`, string(on(k).tenant), string(upload))
	return err
}

// BlobUsed implements files.Uploads.
func (Uploads) BlobUsed(k kernel.Tx, sha string, but kernel.ID) (used bool, err error) {
	err = on(k).QueryRow(`SELECT EXISTS (SELECT 1 FROM upload WHERE tenant = $1 AND (sha = $2 OR thumb = $2) AND id <> $3)`,
		string(on(k).tenant), sha, string(but)).Scan(&used)
	return used, err
}

var noBlob = kernel.T("照片的内容不见了，请联系管理员", "the photo's content is gone; ask an administrator")

// Blobs keeps contents in the database, for when several processes serve.
type Blobs struct{ DB *DB }

var _ files.Blobs = Blobs{}

// Put implements files.Blobs.
func (b Blobs) Put(ctx context.Context, t kernel.Tenant, sha string, data []byte) error {
	return b.DB.Update(ctx, t, func(k kernel.Tx) error {
		_, err := on(k).Exec(`INSERT INTO blob (tenant, sha, bytes, put_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (tenant, sha) DO UPDATE SET put_at = excluded.put_at`, string(t), sha, data, ms(on(k).now))
		return err
	})
}

// Get implements files.Blobs.
func (b Blobs) Get(ctx context.Context, t kernel.Tenant, sha string) (data []byte, err error) {
	err = b.DB.View(ctx, t, func(k kernel.Tx) error {
		return on(k).QueryRow(`SELECT bytes FROM blob WHERE tenant = $1 AND sha = $2`, string(t), sha).Scan(&data)
	})
	return data, notFound(err, noBlob)
}

// Delete implements files.Blobs.
func (b Blobs) Delete(ctx context.Context, t kernel.Tenant, sha string, unlessPutSince time.Time) error {
	return b.DB.Update(ctx, t, func(k kernel.Tx) error {
		_, err := on(k).Exec(`DELETE FROM blob WHERE tenant = $1 AND sha = $2 AND put_at < $3`, string(t), sha, ms(unlessPutSince))
		return err
	})
}

// DiskBlobs keeps contents as files beside the SQLite file: DIR/tenant/ab/abcdef….
type DiskBlobs struct{ Dir string }

var _ files.Blobs = DiskBlobs{}

// path gives where a content lies. It is made of a tenant's digits and a hash only, so that none leads elsewhere.
func (d DiskBlobs) path(t kernel.Tenant, sha string) (string, error) {
	if _, err := kernel.ParseTenant(string(t)); err != nil {
		return "", err
	}
	if len(sha) != 64 {
		return "", kernel.NotFound(noBlob)
	}
	for _, c := range []byte(sha) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return "", kernel.NotFound(noBlob)
		}
	}
	return filepath.Join(d.Dir, string(t), sha[:2], sha), nil
}

// Put implements files.Blobs: written beside, synced, renamed into place, and the folders synced.
func (d DiskBlobs) Put(_ context.Context, t kernel.Tenant, sha string, data []byte) error {
	path, err := d.path(t, sha)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".put-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }() // gone already after the rename
	_, err = tmp.Write(data)
	if err := errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return err
	}
	return d.syncFolders(filepath.Dir(path))
}

// syncFolders makes the names from folder up to Dir durable: each folder may have just been made.
func (d DiskBlobs) syncFolders(folder string) error {
	for {
		f, err := os.Open(folder)
		if err != nil {
			return err
		}
		if err := errors.Join(f.Sync(), f.Close()); err != nil {
			return err
		}
		if folder == filepath.Clean(d.Dir) || folder == filepath.Dir(folder) {
			return nil
		}
		folder = filepath.Dir(folder)
	}
}

// Get implements files.Blobs.
func (d DiskBlobs) Get(_ context.Context, t kernel.Tenant, sha string) ([]byte, error) {
	path, err := d.path(t, sha)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, kernel.NotFound(noBlob)
	}
	return data, err
}

// Delete implements files.Blobs.
func (d DiskBlobs) Delete(_ context.Context, t kernel.Tenant, sha string, unlessPutSince time.Time) error {
	path, err := d.path(t, sha)
	if err != nil {
		return err
	}
	if st, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil || !st.ModTime().Before(unlessPutSince) {
		return err
	}
	// Put may come in between. The file is moved aside and looked at again, so that one just put is not lost.
	aside := path + ".gone"
	if err := os.Rename(path, aside); err != nil {
		return err
	}
	st, err := os.Stat(aside)
	if err == nil && !st.ModTime().Before(unlessPutSince) {
		return os.Rename(aside, path)
	}
	return errors.Join(err, os.Remove(aside))
}
