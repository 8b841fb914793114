package store

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
)

// CheckpointFiles keeps checkpoints outside the database: DIR/TENANT.txt, one JSON string a line, each a signed note, only
// ever appended to. Whoever cuts the end of the ledger off and its checkpoints with it does not change this file, nor the
// copies that are taken of it.
type CheckpointFiles struct{ Dir string }

var _ ledger.Outside = CheckpointFiles{}

// Path gives the file of a tenant.
func (f CheckpointFiles) Path(t kernel.Tenant) (string, error) {
	if _, err := kernel.ParseTenant(string(t)); err != nil {
		return "", err
	}
	return filepath.Join(f.Dir, string(t)+".txt"), nil
}

// Tenants lists whose files are there.
func (f CheckpointFiles) Tenants() ([]kernel.Tenant, error) {
	entries, err := os.ReadDir(f.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var out []kernel.Tenant
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".txt")
		if t, bad := kernel.ParseTenant(name); ok && bad == nil {
			out = append(out, t)
		}
	}
	return out, err
}

// Last implements ledger.Outside. What follows the last line's end is the rest of a write that was broken off.
func (f CheckpointFiles) Last(t kernel.Tenant) (string, error) {
	path, err := f.Path(t)
	if err != nil {
		return "", err
	}
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }()
	line, _, err := lastLine(file)
	if err != nil || len(line) == 0 {
		return "", err
	}
	var note string
	if json.Unmarshal(line, &note) != nil {
		note = string(line) // whoever opens it finds that it is none
	}
	return note, nil
}

// lastLine gives the last whole line and where it ends.
func lastLine(file *os.File) (line []byte, end int64, err error) {
	st, err := file.Stat()
	if err != nil {
		return nil, 0, err
	}
	for span := int64(4096); ; span *= 4 {
		from := max(0, st.Size()-span)
		b := make([]byte, st.Size()-from)
		if _, err := file.ReadAt(b, from); err != nil && !errors.Is(err, io.EOF) {
			return nil, 0, err
		}
		stop := bytes.LastIndexByte(b, '\n')
		start := bytes.LastIndexByte(b[:max(stop, 0)], '\n') + 1
		switch {
		case stop < 0 && from == 0:
			return nil, 0, nil
		case stop >= 0 && (start > 0 || from == 0):
			return b[start:stop], from + int64(stop) + 1, nil
		}
	}
}

// Append implements ledger.Outside: the lines and the name of the file are on disk when it returns.
func (f CheckpointFiles) Append(t kernel.Tenant, notes []string) (err error) {
	path, err := f.Path(t)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(f.Dir, 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	_, end, err := lastLine(file)
	if err != nil {
		return err
	}
	if err := file.Truncate(end); err != nil { // the rest of a broken write
		return err
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	for _, n := range notes {
		if err := enc.Encode(n); err != nil {
			return err
		}
	}
	if _, err := file.WriteAt(b.Bytes(), end); err != nil {
		return err
	}
	if err := file.Sync(); err != nil || end > 0 {
		return err
	}
	return errors.Join(syncFolder(f.Dir), syncFolder(filepath.Dir(f.Dir)))
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// CheckpointReader reads a file as it is at the moment of opening.
type CheckpointReader struct {
	file *os.File
	r    *bufio.Reader
	line int
	// Torn is set at the end when the last line was broken off, as by a power cut while it was written.
	Torn bool
}

// Open opens the file of a tenant; nil when there is none.
func (f CheckpointFiles) Open(t kernel.Tenant) (*CheckpointReader, error) {
	path, err := f.Path(t)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	st, err := file.Stat()
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &CheckpointReader{file: file, r: bufio.NewReader(io.LimitReader(file, st.Size()))}, nil
}

// Next gives the next line; ok is false after the last.
func (r *CheckpointReader) Next() (m ledger.OutsideMark, ok bool, err error) {
	b, err := r.r.ReadBytes('\n')
	if errors.Is(err, io.EOF) {
		r.Torn = len(b) > 0
		return m, false, nil
	}
	if err != nil {
		return m, false, err
	}
	r.line++
	m.Line = r.line
	m.Err = json.Unmarshal(b, &m.Note)
	return m, true, nil
}

// Close closes the file.
func (r *CheckpointReader) Close() error { return r.file.Close() }
