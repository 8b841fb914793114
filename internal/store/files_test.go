package store_test

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sanzhi/internal/files"
	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
	"sanzhi/internal/store/dialect"
)

const (
	shaA = "aa00000000000000000000000000000000000000000000000000000000000001"
	shaB = "bb00000000000000000000000000000000000000000000000000000000000002"
)

func upload(n int, at time.Time, photo, thumb string) files.Upload {
	return files.Upload{ID: id(n), SHA: photo, Thumb: thumb, Width: 640, Height: 480, Bytes: 1234, At: at, Expires: at.Add(files.Keep)}
}

func TestUploadIsTakenOnceAndInTime(t *testing.T) {
	eachEngine(t, func(t *testing.T, db *store.DB, clock *kernel.ManualClock) {
		repo := store.Uploads{}
		want := upload(1, now, shaA, shaB)
		update(t, db, func(tx kernel.Tx) error { return repo.InsertUpload(tx, want) })
		update(t, db, func(tx kernel.Tx) error { return repo.InsertUpload(tx, upload(2, now, shaA, shaA)) })
		take := func(photo, toCase int) error {
			return db.Update(context.Background(), here, func(tx kernel.Tx) error { return repo.TakeUpload(tx, id(photo), id(toCase)) })
		}
		// Many cases want it; exactly one gets it.
		won := make([]error, 8)
		var wg sync.WaitGroup
		for i := range won {
			wg.Go(func() { won[i] = take(1, 100+i) })
		}
		wg.Wait()
		for i, err := range won {
			if err == nil && want.Case == "" {
				want.Case = id(100 + i)
			} else if !kernel.Is(err, kernel.KindNotFound) {
				t.Errorf("take %d gives %v", i, err)
			}
		}
		clock.Advance(files.Keep)
		if err := take(2, 100); !kernel.Is(err, kernel.KindNotFound) {
			t.Errorf("an expired photo gives %v", err)
		}
		if err := take(9, 100); !kernel.Is(err, kernel.KindNotFound) {
			t.Errorf("an unknown photo gives %v", err)
		}
		view(t, db, func(tx kernel.Tx) error {
			got, err := repo.UploadByID(tx, id(1))
			of, err2 := repo.UploadsOf(tx, want.Case)
			none, err3 := repo.UploadsOf(tx, "")
			if d := cmp.Diff([]files.Upload{want, want}, append(of, got)); d != "" || len(none) != 0 || err != nil || err2 != nil || err3 != nil {
				t.Error(d, none, err, err2, err3)
			}
			return nil
		})
	})
}

func TestSweepRemovesWhatNobodyTook(t *testing.T) {
	eachEngine(t, func(t *testing.T, db *store.DB, clock *kernel.ManualClock) {
		for name, blobs := range map[string]files.Blobs{"database": store.Blobs{DB: db}, "disk": store.DiskBlobs{Dir: t.TempDir()}} {
			t.Run(name, func(t *testing.T) {
				ctx, repo := context.Background(), store.Uploads{}
				begin := time.Now().UTC().Truncate(time.Millisecond) // files on disk bear the machine's time
				clock.Set(begin)
				update(t, db, func(tx kernel.Tx) error {
					for i, u := range []files.Upload{upload(1, begin, shaA, shaB), upload(2, begin, shaA, shaA)} {
						if err := repo.InsertUpload(tx, u); err != nil {
							return err
						}
						if i == 1 {
							return repo.TakeUpload(tx, u.ID, id(100))
						}
					}
					return nil
				})
				for _, sha := range []string{shaA, shaB} {
					if err := blobs.Put(ctx, here, sha, []byte(sha)); err != nil {
						t.Fatal(err)
					}
				}
				clock.Advance(2 * time.Hour)
				s := files.NewService(files.Parts{Store: db, Uploads: repo, Blobs: blobs, Clock: clock})
				if n, err := s.Sweep(ctx, here, 10); n != 1 || err != nil {
					t.Errorf("swept %d, %v; want 1", n, err)
				}
				if data, err := blobs.Get(ctx, here, shaA); string(data) != shaA || err != nil {
					t.Errorf("what a case holds is gone: %q %v", data, err)
				}
				if _, err := blobs.Get(ctx, here, shaB); !kernel.Is(err, kernel.KindNotFound) {
					t.Errorf("what nobody took is there: %v", err)
				}
				update(t, db, func(tx kernel.Tx) error { // the record that a case holds is not dropped
					if err := repo.DropUpload(tx, id(2)); err != nil {
						return err
					}
					_, err := repo.UploadByID(tx, id(2))
					return err
				})
				if _, err := blobs.Get(ctx, "630104", shaA); !kernel.Is(err, kernel.KindNotFound) {
					t.Errorf("another tenant reads it: %v", err)
				}
				if err := blobs.Put(ctx, here, shaA, []byte(shaA)); err != nil { // put again: a sweep leaves it
					t.Fatal(err)
				}
				if err := blobs.Delete(ctx, here, shaA, begin); err != nil {
					t.Fatal(err)
				}
				if _, err := blobs.Get(ctx, here, shaA); err != nil {
					t.Errorf("what was put again is gone: %v", err)
				}
				if err := blobs.Delete(ctx, here, shaA, clock.Now().Add(time.Millisecond)); err != nil {
					t.Fatal(err)
				}
				if err := blobs.Delete(ctx, here, shaA, clock.Now()); err != nil {
					t.Errorf("deleting what is not there: %v", err)
				}
				_, err := blobs.Get(ctx, here, shaA)
				if !kernel.Is(err, kernel.KindNotFound) {
					t.Errorf("deleted content gives %v", err)
				}
				clearUploads(t, db)
			})
		}
	})
}

// clearUploads frees the ids for the next run on the same database.
func clearUploads(t *testing.T, db *store.DB) {
	t.Helper()
	if err := db.Engine.Write(context.Background(), func(c dialect.Conn) error {
		_, err := c.Exec("DELETE FROM upload WHERE tenant = $1", string(here))
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestDiskKeepsToItsFolder(t *testing.T) {
	top := t.TempDir()
	d := store.DiskBlobs{Dir: filepath.Join(top, "files")}
	ctx := context.Background()
	for _, bad := range []struct {
		t   kernel.Tenant
		sha string
	}{{"../../x", shaA}, {here, "../../../../etc/passwd"}, {here, ""}, {here, shaA[:63] + "/"}, {here, shaA[:63] + "Z"}, {"", shaA}} {
		if err := d.Put(ctx, bad.t, bad.sha, []byte("x")); err == nil {
			t.Errorf("%q %q was put", bad.t, bad.sha)
		}
		if _, err := d.Get(ctx, bad.t, bad.sha); err == nil {
			t.Errorf("%q %q was got", bad.t, bad.sha)
		}
	}
	if err := d.Put(ctx, here, shaA, []byte("x")); err != nil {
		t.Fatal(err)
	}
	var found []string
	err := filepath.WalkDir(top, func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			rel, _ := filepath.Rel(top, path)
			found = append(found, rel)
		}
		return err
	})
	if d := cmp.Diff([]string{filepath.Join("files", string(here), shaA[:2], shaA)}, found); d != "" || err != nil {
		t.Error(d, err)
	}
}
