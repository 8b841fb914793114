package arch

import (
	"slices"
	"strings"
)

// layers is the table of rooms, bottom up. A room imports only rooms of lower layers; rooms of one layer never import
// each other. A room that is not in the table does not pass, so that its layer is decided and not drifted into.
var layers = [][]string{
	{"kernel"},
	{"geo", "vault"},
	{"territory", "workflow", "ledger", "jobs", "files"},
	{"orgs"},
	{"access"},
	{"cases", "rounds", "activities", "works", "indicators", "ballots", "privacy", "registers", "planning"},
	{"reports", "sheets"},
	{"demo"},
	{"store", "notify", "web"},
	{"cli"},
}

// lastPure is the highest room that must stay pure: no SQL, HTTP, files, logs, options or machine clock of its own. The
// demonstration district is a set of values, so it is pure as well.
const lastPure = "demo"

// impure lists what pure rooms do not import, each with all packages below it.
var impure = []string{"database/sql", "net/http", "os", "log", "flag"}

// engines are the packages that open a database. Only cli joins them to the program; the conformance suite and the tests
// of store and web open them as well, because what a person sees is tested against real engines.
var engines = []string{"store/sqlite", "store/postgres"}

// conformance is the suite that all engines pass.
const conformance = "store/storetest"

// forTests reports whether a package only helps tests, such as store/storetest: its name says so. Only tests and its like
// import it, so that neither it nor what it needs is linked into the program.
func forTests(sub string) bool { return strings.HasSuffix(sub, "test") }

// planningMay is all that the sub-rooms of planning import: pure algorithms, values in and values out.
var planningMay = []string{"kernel", "geo"}

// outside is what stands beside the rooms: who may import it, and what it imports of the module. nil means nothing.
var outside = map[string]struct {
	imports    func(rel string) bool
	importedBy []string // rooms
}{
	"cmd":     {imports: func(rel string) bool { return rel == "internal/cli" }},
	"api":     {importedBy: []string{"web", "cli"}},
	"ui":      {importedBy: []string{"web", "cli"}},
	"docs":    {importedBy: []string{"web", "cli"}},
	"bench":   {imports: func(string) bool { return true }}, // measures the parts from outside; not part of the program
	"scripts": {},
}

// place is where a package stands: its room and layer, or the outside thing it belongs to.
type place struct {
	rel   string // path below the module, such as internal/store/sqlite
	room  string // store, or empty outside the rooms
	sub   string // store/sqlite: room and sub-room
	layer int    // -1 outside the rooms or unknown
	known bool
}

func placeOf(rel string) place {
	p := place{rel: rel, layer: -1}
	below, inside := strings.CutPrefix(rel, "internal/")
	if !inside {
		top, _, _ := strings.Cut(rel, "/")
		_, p.known = outside[top]
		return p
	}
	p.sub = below
	p.room, _, _ = strings.Cut(below, "/")
	if p.room == "arch" {
		p.known = true
		return p
	}
	p.layer = layerOf(p.room)
	p.known = p.layer >= 0
	return p
}

func layerOf(room string) int {
	for i, rooms := range layers {
		if slices.Contains(rooms, room) {
			return i
		}
	}
	return -1
}

// pure reports whether the room must not reach the machine.
func (p place) pure() bool { return p.layer >= 0 && p.layer <= layerOf(lastPure) }
