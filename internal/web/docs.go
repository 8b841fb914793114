package web

import (
	"embed"
	"io/fs"
	"net/http"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/kernel"
	"sanzhi/internal/web/api"
)

// docPages are the pages that render the document: plain files that need nothing from elsewhere.
//
//go:embed docs
var docPages embed.FS

// document serves the OpenAPI document and the page that renders it.
func document(mux *table, doc *huma.OpenAPI) {
	marshal := sync.OnceValues(doc.MarshalJSON)
	mux.HandleFunc("GET /api/openapi.json", func(w http.ResponseWriter, r *http.Request) {
		b, err := marshal()
		if err != nil {
			api.Fail(w, r, kernel.Internal("openapi", err))
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(b)
	})
	sub, err := fs.Sub(docPages, "docs")
	if err != nil {
		panic("web: " + err.Error()) // the folder is part of the program
	}
	mux.HandleFunc("GET /api/docs/{$}", func(w http.ResponseWriter, r *http.Request) { serveDoc(w, r, sub, "index.html") })
	mux.HandleFunc("GET /api/docs", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/api/docs/", http.StatusMovedPermanently)
	})
	for _, name := range []string{"docs.js", "docs.css"} {
		mux.HandleFunc("GET /api/docs/"+name, func(w http.ResponseWriter, r *http.Request) { serveDoc(w, r, sub, name) })
	}
}

func serveDoc(w http.ResponseWriter, r *http.Request, pages fs.FS, name string) {
	w.Header().Set("Cache-Control", "no-cache")
	if err := serveFile(w, r, pages, name); err != nil {
		api.NotThere(w, r)
	}
}
