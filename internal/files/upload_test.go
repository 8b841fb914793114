package files

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sanzhi/internal/kernel"
)

// shelf keeps uploads and contents in maps.
type shelf struct {
	clock      *kernel.ManualClock
	uploads    map[kernel.ID]Upload
	blobs      map[string][]byte
	put        map[string]time.Time
	failPut    error
	failDelete error
	drops      int // how many records may still be dropped before the sweep is cut off; -1 for any
}

type tx struct {
	t   kernel.Tenant
	now time.Time
}

func (t tx) Tenant() kernel.Tenant { return t.t }
func (t tx) Now() time.Time        { return t.now }

func (s *shelf) View(_ context.Context, t kernel.Tenant, fn func(kernel.Tx) error) error {
	return fn(tx{t, s.clock.Now()})
}

func (s *shelf) Update(_ context.Context, t kernel.Tenant, fn func(kernel.Tx) error) error {
	return fn(tx{t, s.clock.Now()})
}

var errAbsent = kernel.NotFound(kernel.T("没有", "absent"))

func (s *shelf) InsertUpload(_ kernel.Tx, u Upload) error { s.uploads[u.ID] = u; return nil }

func (s *shelf) UploadByID(_ kernel.Tx, id kernel.ID) (Upload, error) {
	if u, ok := s.uploads[id]; ok {
		return u, nil
	}
	return Upload{}, errAbsent
}

func (s *shelf) TakeUpload(tx kernel.Tx, id, toCase kernel.ID) error {
	u, ok := s.uploads[id]
	if !ok || u.Case != "" || !tx.Now().Before(u.Expires) {
		return errAbsent
	}
	u.Case = toCase
	s.uploads[id] = u
	return nil
}

func (s *shelf) UploadsOf(_ kernel.Tx, ofCase kernel.ID) (all []Upload, _ error) {
	for _, u := range s.uploads {
		if u.Case == ofCase {
			all = append(all, u)
		}
	}
	return all, nil
}

func (s *shelf) ExpiredUploads(tx kernel.Tx, limit int) (all []Upload, _ error) {
	for _, u := range s.uploads {
		if u.Case == "" && !tx.Now().Before(u.Expires) && len(all) < limit {
			all = append(all, u)
		}
	}
	slices.SortFunc(all, func(a, b Upload) int { return a.At.Compare(b.At) })
	return all, nil
}

var errCut = errors.New("power cut")

func (s *shelf) DropUpload(_ kernel.Tx, id kernel.ID) error {
	if s.drops == 0 {
		return errCut
	}
	s.drops--
	delete(s.uploads, id)
	return nil
}

func (s *shelf) BlobUsed(_ kernel.Tx, sha string, but kernel.ID) (bool, error) {
	for _, u := range s.uploads {
		if u.ID != but && (u.SHA == sha || u.Thumb == sha) {
			return true, nil
		}
	}
	return false, nil
}

func (s *shelf) Put(_ context.Context, t kernel.Tenant, sha string, data []byte) error {
	if s.failPut != nil {
		return s.failPut
	}
	s.blobs[string(t)+sha], s.put[string(t)+sha] = data, s.clock.Now()
	return nil
}

func (s *shelf) Get(_ context.Context, t kernel.Tenant, sha string) ([]byte, error) {
	if b, ok := s.blobs[string(t)+sha]; ok {
		return b, nil
	}
	return nil, errAbsent
}

func (s *shelf) Delete(_ context.Context, t kernel.Tenant, sha string, unlessPutSince time.Time) error {
	if s.failDelete != nil {
		return s.failDelete
	}
	if s.put[string(t)+sha].Before(unlessPutSince) {
		delete(s.blobs, string(t)+sha)
	}
	return nil
}

func newShelf() (*shelf, *Service) {
	clock := kernel.NewManualClock(time.Date(2023, 4, 28, 4, 0, 0, 0, time.UTC))
	s := &shelf{clock: clock, uploads: map[kernel.ID]Upload{}, blobs: map[string][]byte{}, put: map[string]time.Time{}, drops: -1}
	return s, NewService(Parts{Store: s, Uploads: s, Blobs: s, Cleaner: cleaner(), Clock: clock})
}

const tenant = kernel.Tenant("630105")

func receive(t *testing.T, f *Service, w int) Upload {
	t.Helper()
	u, err := f.Receive(ctx, tenant, bytes.NewReader(asJPEG(t, corners(w, w))))
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestReceiveTakeOpen(t *testing.T) {
	s, f := newShelf()
	u := receive(t, f, 640)
	if u.Width != 640 || u.Height != 640 || u.Expires.Sub(u.At) != time.Hour || u.Case != "" {
		t.Errorf("%+v", u)
	}
	photo, got, err := f.Open(ctx, tenant, u.ID, false)
	if err != nil || len(photo) != u.Bytes {
		t.Fatalf("%d bytes, %v", len(photo), err)
	}
	if diff := cmp.Diff(u, got); diff != "" {
		t.Error(diff)
	}
	if thumb, _, err := f.Open(ctx, tenant, u.ID, true); err != nil || len(thumb) >= len(photo) {
		t.Errorf("thumbnail of %d bytes, %v", len(thumb), err)
	}
	take := func(c kernel.ID, ids ...kernel.ID) error {
		return s.Update(ctx, tenant, func(tx kernel.Tx) error { return f.Take(tx, ids, c) })
	}
	if err := take("CASE", u.ID); err != nil {
		t.Fatal(err)
	}
	late := receive(t, f, 400)
	s.clock.Advance(time.Hour)
	fresh := receive(t, f, 101)
	for name, bad := range map[string]kernel.ID{"taken": u.ID, "expired": late.ID, "unknown": "NONE"} {
		err := take("CASE2", fresh.ID, bad)
		var e *kernel.Error
		if !errors.As(err, &e) || e.Kind != kernel.KindInvalid || e.Field != "photos[1]" {
			t.Errorf("%s: %v", name, err)
		}
		fresh = receive(t, f, 101) // the shelf does not undo
	}
}

func TestSweep(t *testing.T) {
	s, f := newShelf()
	old, same, kept, small, twin := receive(t, f, 400), receive(t, f, 400), receive(t, f, 440), receive(t, f, 480), receive(t, f, 480)
	if old.SHA != same.SHA || small.SHA != twin.SHA || old.SHA == kept.SHA {
		t.Fatal("contents are not addressed by content")
	}
	if err := f.Take(tx{tenant, s.clock.Now()}, []kernel.ID{kept.ID, twin.ID}, "CASE"); err != nil {
		t.Fatal(err)
	}
	if n, err := f.Sweep(ctx, tenant, 10); n != 0 || err != nil {
		t.Fatalf("swept %d before the hour, %v", n, err)
	}
	s.clock.Advance(time.Hour)
	again := receive(t, f, 400) // the same content, an hour later
	if n, err := f.Sweep(ctx, tenant, 10); n != 3 || err != nil {
		t.Fatalf("swept %d, %v", n, err)
	}
	for _, u := range []Upload{again, kept, twin} {
		if _, _, err := f.Open(ctx, tenant, u.ID, false); err != nil {
			t.Errorf("a photo that is still in use is gone: %v", err)
		}
	}
	s.clock.Advance(time.Hour)
	if n, err := f.Sweep(ctx, tenant, 10); n != 1 || err != nil {
		t.Fatalf("swept %d, %v", n, err)
	}
	if len(s.blobs) != 4 || len(s.uploads) != 2 {
		t.Errorf("%d contents and %d records are left, want the two photos of the case and their thumbnails", len(s.blobs), len(s.uploads))
	}
}

// A sweep that is cut off leaves nothing that the next does not find.
func TestSweepCutOff(t *testing.T) {
	s, f := newShelf()
	receive(t, f, 400)
	receive(t, f, 440)
	s.clock.Advance(time.Hour)
	s.drops = 1
	if n, err := f.Sweep(ctx, tenant, 10); n != 1 || !errors.Is(err, errCut) {
		t.Fatalf("%d, %v", n, err)
	}
	s.drops = -1
	if n, err := f.Sweep(ctx, tenant, 10); n != 1 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	if len(s.blobs)+len(s.uploads) != 0 {
		t.Errorf("%d contents and %d records are left", len(s.blobs), len(s.uploads))
	}
}

// A record whose content could not be removed stays, so that the content is found again.
func TestSweepKeepsTheRecordOfWhatStays(t *testing.T) {
	s, f := newShelf()
	receive(t, f, 400)
	s.clock.Advance(time.Hour)
	s.failDelete = errors.New("disk read-only")
	if n, err := f.Sweep(ctx, tenant, 10); n != 0 || !errors.Is(err, s.failDelete) || len(s.uploads) != 1 {
		t.Errorf("swept %d, %v, %d records", n, err, len(s.uploads))
	}
}

// A content that somebody is just putting again, whose record the sweep has not seen, stays.
func TestSweepSparesWhatIsJustPut(t *testing.T) {
	s, f := newShelf()
	u := receive(t, f, 400)
	s.clock.Advance(time.Hour)
	s.put[string(tenant)+u.SHA] = s.clock.Now().Add(-time.Minute)
	if _, err := f.Sweep(ctx, tenant, 10); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(ctx, tenant, u.SHA); err != nil {
		t.Error("the content is gone")
	}
}

// A content that could not be put leaves a record, which the sweep removes; the person is told to try again.
func TestReceiveFails(t *testing.T) {
	s, f := newShelf()
	s.failPut = errors.New("disk full")
	_, err := f.Receive(ctx, tenant, bytes.NewReader(asJPEG(t, corners(100, 100))))
	if !kernel.Is(err, kernel.KindUnavailable) || !errors.Is(err, s.failPut) {
		t.Fatal(err)
	}
	s.clock.Advance(time.Hour)
	if n, err := f.Sweep(ctx, tenant, 10); n != 1 || err != nil || len(s.uploads) != 0 {
		t.Errorf("swept %d, %v", n, err)
	}
}
