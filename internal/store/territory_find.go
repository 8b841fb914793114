package store

import (
	"database/sql"
	"slices"
	"strconv"
	"strings"

	"sanzhi/internal/kernel"
	"sanzhi/internal/territory"
)

// fewFound is up to how many places of each key are found by their keys and then put into the order of codes; when there are more,
// going through the codes meets enough of them soon.
const fewFound = 8000

// sweeps are how many places are gone through, in the order of codes, before more are: two thousandths and two hundredths of a second.
// Only what is in very many names and yet in none of the first codes leads through all.
var sweeps = []int{2_000, 20_000}

// fewNames is up to how many names are asked for one by one.
const fewNames = 300

// Search implements territory.Repo: of the places that stand now, those that Query.Match finds, those that bear just the text as
// their name first: whoever types 3号楼 means it, and not 13号楼, whose code may come before.
func (Territory) Search(k kernel.Tx, q territory.Query, page kernel.Page) ([]*territory.Place, string, error) {
	text := strings.TrimSpace(q.Text)
	if !storable(text) || !storable(string(q.Within)) {
		return nil, "", nil // no stored text holds such characters
	}
	page = page.Clamp(usualPage, mostPage)
	after, just := strings.CutPrefix(page.After, afterJust)
	if text == "" || page.After != "" && !just {
		return otherPlaces(k, q, text, page)
	}
	list, next, err := justPlaces(k, q, text, kernel.Page{After: after, Limit: page.Limit})
	if err != nil || next != "" {
		return list, afterJust + next, err
	}
	// What is left of the page is for the others; where nothing is left, one of them tells whether there are more.
	left := page.Limit - len(list)
	others, next, err := otherPlaces(k, q, text, kernel.Page{Limit: max(1, left)})
	if err != nil || left > 0 || len(others) == 0 {
		return append(list, others...), next, err
	}
	last := list[len(list)-1]
	return list, afterJust + last.Code + cursorCut + string(last.ID), nil
}

// afterJust begins the cursor of a page that ended among the places whose name is just the text.
const afterJust = "\x1e"

// justPlaces gives those whose name is the text.
func justPlaces(k kernel.Tx, q territory.Query, text string, page kernel.Page) ([]*territory.Place, string, error) {
	name := "name"
	if q.Within != "" {
		few, err := fewPlaces(k, func(g *filter) string { return "name = " + g.arg(text) })
		if err != nil {
			return nil, "", err
		}
		if !few {
			name = "name || ''" // found by what they are below, and not by the name, which very many bear
		}
	}
	f := &filter{}
	f.standing(k)
	f.and(name+" = ?", text)
	f.among(q)
	return places(k, f, page)
}

// otherPlaces gives all that Query.Match finds but those.
func otherPlaces(k kernel.Tx, q territory.Query, text string, page kernel.Page) ([]*territory.Place, string, error) {
	f := &filter{}
	f.standing(k)
	keyed, err := f.named(k, text)
	if err != nil {
		return nil, "", err
	}
	if text != "" {
		f.and("name <> ?", text)
	}
	f.among(q)
	if !keyed && q.Within == "" {
		return swept(k, f, page)
	}
	return places(k, f, page)
}

// among narrows to the kinds and to what is below.
func (f *filter) among(q territory.Query) {
	if len(q.Kinds) > 0 {
		in := make([]string, len(q.Kinds))
		for i, kind := range q.Kinds {
			in[i] = f.arg(string(kind))
		}
		f.conds = append(f.conds, "kind IN ("+strings.Join(in, ", ")+")")
	}
	if q.Within != "" {
		f.under("path", q.Within)
	}
}

// named narrows to places whose code or initials begin with a text, or whose name holds it: territory.Query.Match. It reports
// whether the places are found by these keys; else they are many, and are met by going through the codes.
func (f *filter) named(k kernel.Tx, text string) (bool, error) {
	if text == "" {
		return true, nil
	}
	initials := strings.ToLower(text)
	names, err := namesWith(k, text)
	if err != nil {
		return false, err
	}
	few := len(names) <= fewNames
	for _, key := range []struct{ column, begin string }{{"code", text}, {"initials", initials}} {
		if few {
			if few, err = fewPlaces(k, func(g *filter) string { return g.begins(key.column, key.begin) }); err != nil {
				return false, err
			}
		}
	}
	if few && len(names) > 0 {
		if few, err = fewPlaces(k, func(g *filter) string { return "name IN (" + g.texts(names) + ")" }); err != nil {
			return false, err
		}
	}
	if !few {
		f.conds = append(f.conds, "("+f.begins("code", text)+" OR "+f.begins("initials", initials)+" OR "+f.contains("name", text)+")")
		return false, nil
	}
	t := f.arg(string(on(k).tenant))
	from := "SELECT id FROM place WHERE tenant = " + t + " AND "
	keys := from + f.begins("code", text) + " UNION " + from + f.begins("initials", initials)
	if len(names) > 0 {
		keys += " UNION " + from + "name IN (" + f.texts(names) + ")"
	}
	f.conds = append(f.conds, "id IN ("+keys+")")
	return true, nil
}

// swept gives a page of many places that the filter finds: it goes through the first codes, and through more when these do not
// hold a whole page. Left to itself an engine may gather all that are found and then sort them.
func swept(k kernel.Tx, f *filter, page kernel.Page) ([]*territory.Place, string, error) {
	for _, n := range sweeps {
		g := &filter{args: slices.Clone(f.args), conds: slices.Clone(f.conds)}
		of := &filter{args: g.args}
		of.and("tenant = ?", string(on(k).tenant))
		if code, _, ok := strings.Cut(page.After, cursorCut); ok && storable(code) {
			of.and("code >= ?", code)
		}
		g.args = of.args
		list, next, err := placesFrom(k, "(SELECT * FROM place WHERE "+of.where()+" ORDER BY code LIMIT "+strconv.Itoa(n)+") AS place", g, page)
		if err != nil || next != "" {
			return list, next, err
		}
	}
	f.and("code >= ?", "") // the order of codes, and not that of another key
	return places(k, f, page)
}

func (f *filter) texts(l []string) string {
	marks := make([]string, len(l))
	for i, s := range l {
		marks[i] = f.arg(s)
	}
	return strings.Join(marks, ", ")
}

// fewPlaces reports whether a condition holds for few places.
func fewPlaces(k kernel.Tx, cond func(*filter) string) (bool, error) {
	f := &filter{}
	f.and("tenant = ?", string(on(k).tenant))
	f.conds = append(f.conds, cond(f))
	var n int
	err := on(k).QueryRow("SELECT COUNT(*) FROM (SELECT 1 FROM place WHERE "+f.where()+" LIMIT "+strconv.Itoa(fewFound+1)+") AS found", f.args...).Scan(&n)
	return n <= fewFound, err
}

// namesWith gives the names that hold a text, at most one more than fewNames. It goes by the rarest two characters of the text;
// when all of them are in very many names it gives as many as are too many.
func namesWith(k kernel.Tx, text string) ([]string, error) {
	best, least := "", -1
	r := []rune(text)
	for i := range max(1, len(r)-1) {
		gram := string(r[i:min(len(r), i+2)])
		n, err := namesOf(k, gram)
		if err != nil {
			return nil, err
		}
		if n == 0 {
			return nil, nil
		}
		if least < 0 || n < least {
			best, least = gram, n
		}
	}
	f := &filter{}
	f.and("tenant = ?", string(on(k).tenant))
	f.conds = append(f.conds, f.gram(best), f.contains("name", text))
	rows, err := on(k).Query("SELECT DISTINCT name FROM place_word WHERE "+f.where()+" ORDER BY name LIMIT "+strconv.Itoa(fewNames+1), f.args...)
	return scanAll(rows, err, func(r *sql.Rows) (s string, err error) { return s, r.Scan(&s) })
}

// gram finds two characters, or one wherever it stands.
func (f *filter) gram(s string) string {
	if len([]rune(s)) == 1 {
		return f.begins("gram", s)
	}
	return "gram = " + f.arg(s)
}

// mostNames bounds the counting of how many names hold two characters.
const mostNames = 20_000

func namesOf(k kernel.Tx, gram string) (n int, err error) {
	f := &filter{}
	f.and("tenant = ?", string(on(k).tenant))
	f.conds = append(f.conds, f.gram(gram))
	err = on(k).QueryRow("SELECT COUNT(*) FROM (SELECT 1 FROM place_word WHERE "+f.where()+" LIMIT "+strconv.Itoa(mostNames)+") AS found", f.args...).Scan(&n)
	return n, err
}

// putPlaceWords makes places findable by what their names hold. Names that no place bears any more stay and find nothing.
func putPlaceWords(k kernel.Tx, list []*territory.Place) error {
	type word struct{ gram, name string }
	var words []word
	seen := map[word]bool{}
	for _, p := range list {
		r := []rune(p.Name)
		for i := range r {
			w := word{string(r[i:min(len(r), i+2)]), p.Name}
			if !seen[w] {
				seen[w] = true
				words = append(words, w)
			}
		}
	}
	t := string(on(k).tenant)
	return bulk(k, "INSERT INTO place_word (tenant, gram, name)", 3, "ON CONFLICT DO NOTHING", words, func(w word) []any { return []any{t, w.gram, w.name} })
}
