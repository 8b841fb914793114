package sqlite

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// disk stands between SQLite and the file system. It remembers what each file held when it was last synced, which is all
// that a power cut is sure to leave, and it can make the next writes or syncs fail. This is how durability is tested
// without a machine to switch off: killing a process proves nothing, since the system still holds what was written.
type disk struct {
	mu      sync.Mutex
	open    map[uintptr]handle
	durable map[string][]byte // as of the last sync
	syncs   map[string]int
	// Results that the next calls give instead of doing anything, first in, first out.
	failSync, failWrite []int32
}

// handle is what is open under one address.
type handle struct {
	path string
	base *sqlite3.Tsqlite3_io_methods
}

type (
	openFunc  = func(tls *libc.TLS, vfs, name, file uintptr, flags int32, outFlags uintptr) int32
	syncFunc  = func(tls *libc.TLS, file uintptr, flags int32) int32
	writeFunc = func(tls *libc.TLS, file, buf uintptr, n int32, at int64) int32
	sizeFunc  = func(tls *libc.TLS, file, size uintptr) int32
)

// fn gives the Go function behind one of SQLite's function pointers.
func fn[F any](p *uintptr) F { return *(*F)(unsafe.Pointer(p)) }

// kept holds the functions that SQLite has only as addresses, which the garbage collector does not see.
var kept []any

// point puts the address of a function where SQLite looks for it.
func point[F any](at *uintptr, f F) {
	kept = append(kept, &f)
	*(*F)(unsafe.Pointer(at)) = f
}

// ptr gives what SQLite keeps at an address of its own memory.
func ptr[T any](p uintptr) *T { return *(**T)(unsafe.Pointer(&p)) }

var (
	diskOnce sync.Once
	diskNow  *disk // the one disk of the test that runs: SQLite's list of file systems belongs to the process
	// SQLite has several tables of methods (journals are not locked); each has its copy with our writes and syncs.
	wrapped = map[uintptr]*wrapping{}
)

const useDisk = "&vfs=disk"

type wrapping struct {
	base sqlite3.Tsqlite3_io_methods
	ours uintptr // in memory that is not Go's, as the rest of SQLite
}

// outside copies a value to memory that is not Go's, for good.
func outside[T any](tls *libc.TLS, v T) uintptr {
	p := libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(v)))
	*ptr[T](p) = v
	return p
}

// newDisk puts a fresh disk under all files that are opened with useDisk until the next call.
func newDisk(t *testing.T) *disk {
	t.Helper()
	diskOnce.Do(func() {
		tls := libc.NewTLS()
		base := sqlite3.Xsqlite3_vfs_find(tls, 0)
		vfs := ptr[sqlite3.Tsqlite3_vfs](outside(tls, *ptr[sqlite3.Tsqlite3_vfs](base)))
		openBase := fn[openFunc](&vfs.FxOpen)
		vfs.FzName = outside(tls, [5]byte([]byte("disk\x00")))
		point(&vfs.FxOpen, func(tls *libc.TLS, _, name, file uintptr, flags int32, outFlags uintptr) int32 {
			rc := openBase(tls, base, name, file, flags, outFlags)
			if rc == sqlite3.SQLITE_OK && name != 0 {
				diskNow.opened(tls, file, libc.GoString(name))
			}
			return rc
		})
		sqlite3.Xsqlite3_vfs_register(tls, uintptr(unsafe.Pointer(vfs)), 0)
	})
	diskNow = &disk{open: map[uintptr]handle{}, durable: map[string][]byte{}, syncs: map[string]int{}}
	return diskNow
}

func (d *disk) opened(tls *libc.TLS, file uintptr, path string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	methods := ptr[uintptr](file) // the first member of sqlite3_file
	w := wrapped[*methods]
	if w == nil {
		w = &wrapping{base: *ptr[sqlite3.Tsqlite3_io_methods](*methods)}
		w.ours = outside(tls, w.base)
		ours := ptr[sqlite3.Tsqlite3_io_methods](w.ours)
		point(&ours.FxSync, func(tls *libc.TLS, file uintptr, flags int32) int32 { return diskNow.sync(tls, file, flags) })
		point(&ours.FxWrite, func(tls *libc.TLS, file, buf uintptr, n int32, at int64) int32 {
			if rc := diskNow.fail(&diskNow.failWrite); rc != 0 {
				return rc
			}
			return fn[writeFunc](&w.base.FxWrite)(tls, file, buf, n, at)
		})
		wrapped[*methods] = w
	}
	d.open[file] = handle{path, &w.base}
	*methods = w.ours
}

// fail takes the next planted result.
func (d *disk) fail(l *[]int32) int32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(*l) == 0 {
		return 0
	}
	rc := (*l)[0]
	*l = (*l)[1:]
	return rc
}

// sync syncs and remembers what the file holds. It reads through SQLite's own handle: opening the file again and closing
// it would drop the locks that the process holds on it.
func (d *disk) sync(tls *libc.TLS, file uintptr, flags int32) int32 {
	if rc := d.fail(&d.failSync); rc != 0 {
		return rc
	}
	d.mu.Lock()
	f := d.open[file]
	d.mu.Unlock()
	if rc := fn[syncFunc](&f.base.FxSync)(tls, file, flags); rc != 0 {
		return rc
	}
	sizeAt := libc.Xmalloc(tls, 8)
	defer libc.Xfree(tls, sizeAt)
	if rc := fn[sizeFunc](&f.base.FxFileSize)(tls, file, sizeAt); rc != 0 {
		return rc
	}
	size := *ptr[int64](sizeAt)
	buf := libc.Xmalloc(tls, libc.Tsize_t(size+1))
	defer libc.Xfree(tls, buf)
	if size > 0 {
		if rc := fn[writeFunc](&f.base.FxRead)(tls, file, buf, int32(size), 0); rc != 0 {
			return rc
		}
	}
	held := append([]byte(nil), unsafe.Slice(ptr[byte](buf), size)...)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.durable[f.path] = held
	d.syncs[f.path]++
	return 0
}

// plant makes the next syncs or writes give the results.
func (d *disk) plant(syncs, writes []int32) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.failSync, d.failWrite = syncs, writes
}

// logSyncs counts the syncs of write-ahead logs.
func (d *disk) logSyncs() (n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for path, k := range d.syncs {
		if strings.HasSuffix(path, "-wal") {
			n += k
		}
	}
	return n
}

// cutPower writes what is durable now to a new folder, as the next start after a power cut finds it, and gives the path
// of the database.
func (d *disk) cutPower(t *testing.T) string {
	t.Helper()
	d.mu.Lock()
	files := maps.Clone(d.durable)
	d.mu.Unlock()
	dir, db := t.TempDir(), ""
	for path, b := range files {
		if strings.HasSuffix(path, "-journal") {
			continue // of the moment before the file got its log; gone, and the folder synced, since
		}
		to := filepath.Join(dir, filepath.Base(path))
		if err := os.WriteFile(to, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(to, "-wal") {
			db = to
		}
	}
	if db == "" {
		t.Fatal("nothing was ever synced")
	}
	return db
}
