package web

import (
	"errors"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// pages serves the built pages: hashed assets for ever, the two entries fresh, and every deep link by its entry. Files that
// were packed ahead (name.br, name.gz) are sent packed to whoever takes them.
func pages(ui fs.FS) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		if ui == nil {
			http.Error(w, "built without pages; the interface is under /api/v1", http.StatusNotFound)
			return
		}
		if r.URL.Path == "/desk" {
			// The desk's own links are relative to /desk/.
			http.Redirect(w, r, "/desk/", http.StatusMovedPermanently)
			return
		}
		name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
		if st, err := fs.Stat(ui, name); err != nil || st.IsDir() {
			// Who opens a wrong address in a browser gets a page that helps; who asks for a file is told that it is not there.
			page := strings.Contains(r.Header.Get("Accept"), "text/html")
			if strings.HasPrefix(name, "assets/") || !page && name != "" && strings.Contains(path.Base(name), ".") {
				http.NotFound(w, r)
				return
			}
			name = "index.html"
			if strings.HasPrefix(r.URL.Path, "/desk/") {
				name = "desk.html"
			}
		}
		if strings.HasPrefix(name, "assets/") {
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		} else {
			w.Header().Set("Cache-Control", "no-cache")
		}
		if err := serveFile(w, r, ui, name); errors.Is(err, fs.ErrNotExist) {
			http.Error(w, "built without pages; the interface is under /api/v1", http.StatusNotFound)
		}
	})
}

var mediaTypes = map[string]string{".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".svg": "image/svg+xml", ".png": "image/png", ".ico": "image/x-icon", ".webmanifest": "application/manifest+json", ".json": "application/json",
	".woff2": "font/woff2"}

func serveFile(w http.ResponseWriter, r *http.Request, ui fs.FS, name string) error {
	if t := mediaTypes[path.Ext(name)]; t != "" {
		w.Header().Set("Content-Type", t)
	}
	w.Header().Add("Vary", "Accept-Encoding")
	for _, c := range []struct{ coding, end string }{{"br", ".br"}, {"gzip", ".gz"}} {
		if !takes(r, c.coding) {
			continue
		}
		if b, err := fs.ReadFile(ui, name+c.end); err == nil {
			w.Header().Set("Content-Encoding", c.coding)
			_, _ = w.Write(b) //nolint:gosec // a file of the embedded face
			return nil
		}
	}
	b, err := fs.ReadFile(ui, name)
	if err != nil {
		return err
	}
	_, _ = w.Write(b) //nolint:gosec // a file of the embedded face
	return nil
}
