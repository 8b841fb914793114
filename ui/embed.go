//go:build !noui

// Package ui carries the built web face inside the program, so that one file is all there is to install. The build tag
// noui leaves it out for programs that only serve the API.
package ui

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Dist gives the built pages: index.html for residents, desk.html for staff, and assets/ whose names carry a hash of
// their content. It reports false when the program was compiled before the pages were built, or without them.
func Dist() (fs.FS, bool) {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil, false
	}
	if _, err := fs.Stat(sub, "index.html"); err != nil {
		return nil, false
	}
	return sub, true
}
