//go:build noui

// Package ui carries the built web face inside the program; this build leaves it out.
package ui

import "io/fs"

// Dist reports that there are no pages in this build.
func Dist() (fs.FS, bool) { return nil, false }
