package files

import (
	"context"
	"fmt"
	"io"
	"time"

	"sanzhi/internal/kernel"
)

// Keep is how long an upload waits for a case to take it.
const Keep = time.Hour

// grace is longer than the time between an upload's record and its content, however slow the disk.
const grace = 15 * time.Minute

// Upload is one photo that came in.
type Upload struct {
	ID kernel.ID
	// SHA and Thumb are the SHA-256 of the photo's and the thumbnail's JPEG in hex; contents are kept under them.
	SHA, Thumb    string
	Width, Height int // of the photo, in pixels
	Bytes         int // of the photo
	At            time.Time
	Expires       time.Time // when it goes, unless a case takes it
	Case          kernel.ID // the case that took it, or empty
}

// Blobs keeps contents by tenant and SHA-256. Tenants share no blob, so that what one erases is not read through another.
type Blobs interface {
	// Put keeps data under sha. Putting the same again is no error and counts as a new Put.
	Put(ctx context.Context, t kernel.Tenant, sha string, data []byte) error
	// Get gives the content, or kernel.NotFound.
	Get(ctx context.Context, t kernel.Tenant, sha string) ([]byte, error)
	// Delete removes the content unless it was put at or after the instant. A content that is not there is no error.
	Delete(ctx context.Context, t kernel.Tenant, sha string, unlessPutSince time.Time) error
}

// Uploads keeps the records. Every call touches the tenant of the Tx only.
type Uploads interface {
	InsertUpload(tx kernel.Tx, u Upload) error
	// UploadByID gives an upload, or kernel.NotFound.
	UploadByID(tx kernel.Tx, upload kernel.ID) (Upload, error)
	// TakeUpload gives the upload to the case, by one conditional update: only when no case has it and it has not expired
	// at tx.Now, else kernel.NotFound.
	TakeUpload(tx kernel.Tx, upload, toCase kernel.ID) error
	// UploadsOf gives the uploads that a case took, oldest first.
	UploadsOf(tx kernel.Tx, ofCase kernel.ID) ([]Upload, error)
	// ExpiredUploads gives at most limit uploads that no case took and that have expired at tx.Now.
	ExpiredUploads(tx kernel.Tx, limit int) ([]Upload, error)
	// DropUpload deletes a record that no case took.
	DropUpload(tx kernel.Tx, upload kernel.ID) error
	// BlobUsed reports whether any upload but the one given has the content as photo or thumbnail.
	BlobUsed(tx kernel.Tx, sha string, but kernel.ID) (bool, error)
}

// Parts are what a Service is joined from. All are needed.
type Parts struct {
	Store   kernel.Store
	Uploads Uploads
	Blobs   Blobs
	Cleaner *Cleaner
	Clock   kernel.Clock
}

// Service takes photos in and gives them out. Whether the caller may see the case of a photo is asked before.
type Service struct{ Parts }

// NewService joins a service.
func NewService(p Parts) *Service { return &Service{p} }

// Receive cleans a photo and keeps it for an hour. Errors are those of Cleaner.Clean.
func (s *Service) Receive(ctx context.Context, t kernel.Tenant, r io.Reader) (Upload, error) {
	photo, err := s.Cleaner.Clean(ctx, r)
	if err != nil {
		return Upload{}, err
	}
	now := s.Clock.Now()
	u := Upload{ID: kernel.NewID(now), SHA: photo.SHA256, Thumb: photo.Thumb.SHA256, Width: photo.Width, Height: photo.Height,
		Bytes: len(photo.JPEG), At: now, Expires: now.Add(Keep)}
	// The record first: a content without a record would never be swept away.
	if err := s.Store.Update(ctx, t, func(tx kernel.Tx) error { return s.Uploads.InsertUpload(tx, u) }); err != nil {
		return Upload{}, err
	}
	for _, m := range []*Image{photo, photo.Thumb} {
		if err := s.Blobs.Put(ctx, t, m.SHA256, m.JPEG); err != nil {
			return Upload{}, kernel.Unavailable(kernel.T("照片没有存上，请稍后再试", "the photo could not be kept; try again later"), err)
		}
	}
	return u, nil
}

// Take gives uploads to a case, in the transaction of the act that names them. An upload that is not there, has expired
// or belongs to another case is refused by its place in the list (photos[1]).
func (s *Service) Take(tx kernel.Tx, uploads []kernel.ID, toCase kernel.ID) error {
	for i, id := range uploads {
		err := s.Uploads.TakeUpload(tx, id, toCase)
		if kernel.Is(err, kernel.KindNotFound) {
			return kernel.Invalid(fmt.Sprintf("photos[%d]", i), kernel.T("这张照片已过期或已用过，请重新上传", "this photo has expired or is used already; upload it again"))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Open gives the JPEG of an upload, or of its thumbnail.
func (s *Service) Open(ctx context.Context, t kernel.Tenant, upload kernel.ID, thumb bool) ([]byte, Upload, error) {
	var u Upload
	err := s.Store.View(ctx, t, func(tx kernel.Tx) (err error) {
		u, err = s.Uploads.UploadByID(tx, upload)
		return err
	})
	if err != nil {
		return nil, Upload{}, err
	}
	sha := u.SHA
	if thumb {
		sha = u.Thumb
	}
	data, err := s.Blobs.Get(ctx, t, sha)
	return data, u, err
}

// Sweep removes at most limit expired uploads and gives their number. The content goes before the record, so that a sweep
// that is cut off is taken up by the next; what somebody is just putting again stays.
func (s *Service) Sweep(ctx context.Context, t kernel.Tenant, limit int) (int, error) {
	var expired []Upload
	err := s.Store.View(ctx, t, func(tx kernel.Tx) (err error) {
		expired, err = s.Uploads.ExpiredUploads(tx, limit)
		return err
	})
	if err != nil {
		return 0, err
	}
	for n, u := range expired {
		for _, sha := range []string{u.SHA, u.Thumb} {
			if err := s.sweepBlob(ctx, t, sha, u.ID); err != nil {
				return n, err
			}
		}
		if err := s.Store.Update(ctx, t, func(tx kernel.Tx) error { return s.Uploads.DropUpload(tx, u.ID) }); err != nil {
			return n, err
		}
	}
	return len(expired), nil
}

func (s *Service) sweepBlob(ctx context.Context, t kernel.Tenant, sha string, of kernel.ID) error {
	used := false
	err := s.Store.View(ctx, t, func(tx kernel.Tx) (err error) {
		used, err = s.Uploads.BlobUsed(tx, sha, of)
		return err
	})
	if err != nil || used {
		return err
	}
	return s.Blobs.Delete(ctx, t, sha, s.Clock.Now().Add(-grace))
}

// Bring lets a tenant take photos that were uploaded to another: whoever is not signed in uploads to the default tenant before anybody knows where
// the matter is. What is there already, or not to be brought (taken, expired, unknown), is left to Take, which tells. The one that was uploaded
// first goes within the hour.
func (s *Service) Bring(ctx context.Context, from, to kernel.Tenant, uploads []kernel.ID) error {
	if from == to {
		return nil
	}
	for _, id := range uploads {
		if _, err := kernel.ParseID("id", string(id)); err != nil {
			continue
		}
		if err := s.bring(ctx, from, to, id); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) bring(ctx context.Context, from, to kernel.Tenant, id kernel.ID) error {
	find := func(t kernel.Tenant) (u Upload, found bool, err error) {
		err = s.Store.View(ctx, t, func(tx kernel.Tx) error {
			u, err = s.Uploads.UploadByID(tx, id)
			return err
		})
		if kernel.Is(err, kernel.KindNotFound) {
			return u, false, nil
		}
		return u, err == nil, err
	}
	if _, there, err := find(to); err != nil || there {
		return err
	}
	u, there, err := find(from)
	if err != nil || !there || u.Case != "" || !u.Expires.After(s.Clock.Now()) {
		return err
	}
	if err := s.Store.Update(ctx, to, func(tx kernel.Tx) error { return s.Uploads.InsertUpload(tx, u) }); err != nil {
		return err
	}
	for _, sha := range []string{u.SHA, u.Thumb} {
		data, err := s.Blobs.Get(ctx, from, sha)
		if err == nil {
			err = s.Blobs.Put(ctx, to, sha, data)
		}
		if err != nil {
			return kernel.Unavailable(kernel.T("照片没有存上，请稍后再试", "the photo could not be kept; try again later"), err)
		}
	}
	return nil
}
