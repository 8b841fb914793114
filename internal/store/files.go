package store

import (
	"context"
	"database/sql"
	"time"

	"sanzhi/internal/files"
	"sanzhi/internal/kernel"
)

// Files keeps the records of photos. Their contents are kept by Blobs or by Disk.
type Files struct{}

var _ files.Uploads = Files{}

const uploadCols = `id, sha, thumb, w, h, size, at, expires_at, case_id`

func scanUpload(r scanner) (u files.Upload, err error) {
	var when, expires int64
	err = r.Scan(&u.ID, &u.SHA, &u.Thumb, &u.Width, &u.Height, &u.Bytes, &when, &expires, &u.Case)
	u.At, u.Expires = at(when), at(expires)
	return u, err
}

var noUpload = kernel.T("没有这张照片，或者它已过期", "there is no such photo, or it has expired")

// InsertUpload implements files.Uploads.
func (Files) InsertUpload(k kernel.Tx, u files.Upload) error {
	_, err := on(k).Exec("INSERT INTO upload (tenant, "+uploadCols+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)", string(on(k).tenant),
		string(u.ID), u.SHA, u.Thumb, u.Width, u.Height, u.Bytes, ms(u.At), ms(u.Expires), string(u.Case))
	return err
}

// UploadByID implements files.Uploads.
func (Files) UploadByID(k kernel.Tx, id kernel.ID) (files.Upload, error) {
	u, err := scanUpload(on(k).QueryRow("SELECT "+uploadCols+" FROM upload WHERE tenant = $1 AND id = $2", string(on(k).tenant), string(id)))
	return u, notFound(err, noUpload)
}

// TakeUpload implements files.Uploads.
func (Files) TakeUpload(k kernel.Tx, upload, toCase kernel.ID) error {
	ok, err := one(k, "UPDATE upload SET case_id = $1 WHERE tenant = $2 AND id = $3 AND case_id = '' AND expires_at > $4",
		string(toCase), string(on(k).tenant), string(upload), ms(on(k).now))
	if err == nil && !ok {
		return kernel.NotFound(noUpload)
	}
	return err
}

// UploadsOf implements files.Uploads.
func (Files) UploadsOf(k kernel.Tx, ofCase kernel.ID) ([]files.Upload, error) {
	rows, err := on(k).Query("SELECT "+uploadCols+" FROM upload WHERE tenant = $1 AND case_id = $2 AND case_id <> '' ORDER BY at, id",
		string(on(k).tenant), string(ofCase))
	return scanAll(rows, err, func(r *sql.Rows) (files.Upload, error) { return scanUpload(r) })
}

// ExpiredUploads implements files.Uploads.
func (Files) ExpiredUploads(k kernel.Tx, limit int) ([]files.Upload, error) {
	rows, err := on(k).Query("SELECT "+uploadCols+" FROM upload WHERE tenant = $1 AND case_id = '' AND expires_at <= $2 ORDER BY expires_at, id LIMIT $3",
		string(on(k).tenant), ms(on(k).now), limit)
	return scanAll(rows, err, func(r *sql.Rows) (files.Upload, error) { return scanUpload(r) })
}

// DropUpload implements files.Uploads.
func (Files) DropUpload(k kernel.Tx, upload kernel.ID) error {
	_, err := on(k).Exec("DELETE FROM upload WHERE tenant = $1 AND id = $2 AND case_id = ''", string(on(k).tenant), string(upload))
	return err
}

// BlobUsed implements files.Uploads.
func (Files) BlobUsed(k kernel.Tx, sha string, but kernel.ID) (used bool, err error) {
	n := 0
	err = on(k).QueryRow(`SELECT COUNT(*) FROM (SELECT 1 FROM upload WHERE tenant = $1 AND sha = $2 AND id <> $3
		UNION ALL SELECT 1 FROM upload WHERE tenant = $1 AND thumb = $2 AND id <> $3) AS found`, string(on(k).tenant), sha, string(but)).Scan(&n)
	return n > 0, err
}

// Blobs keeps contents in the database, for several processes over PostgreSQL.
type Blobs struct{ DB *DB }

var _ files.Blobs = Blobs{}

// Put implements files.Blobs.
func (b Blobs) Put(ctx context.Context, t kernel.Tenant, sha string, data []byte) error {
	return b.DB.Update(ctx, t, func(k kernel.Tx) error {
		_, err := on(k).Exec(`INSERT INTO blob (tenant, sha, put_at, bytes) VALUES ($1, $2, $3, $4)
			ON CONFLICT (tenant, sha) DO UPDATE SET put_at = excluded.put_at`, string(t), sha, ms(on(k).now), data)
		return err
	})
}

// Get implements files.Blobs.
func (b Blobs) Get(ctx context.Context, t kernel.Tenant, sha string) (data []byte, err error) {
	err = b.DB.View(ctx, t, func(k kernel.Tx) error {
		return notFound(on(k).QueryRow("SELECT bytes FROM blob WHERE tenant = $1 AND sha = $2", string(t), sha).Scan(&data), noUpload)
	})
	return data, err
}

// Delete implements files.Blobs.
func (b Blobs) Delete(ctx context.Context, t kernel.Tenant, sha string, unlessPutSince time.Time) error {
	return b.DB.Update(ctx, t, func(k kernel.Tx) error {
		_, err := on(k).Exec("DELETE FROM blob WHERE tenant = $1 AND sha = $2 AND put_at < $3", string(t), sha, ms(unlessPutSince))
		return err
	})
}
