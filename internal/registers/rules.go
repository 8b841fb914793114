package registers

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/territory"
)

// between takes numbers above lo and at most hi.
func between(lo, hi float64) func(string) (string, error) {
	return func(cell string) (string, error) {
		f, err := strconv.ParseFloat(cell, 64)
		if err != nil || f <= lo || f > hi {
			return "", kernel.Invalid("", t(fmt.Sprintf("要大于 %v，不超过 %v", lo, hi), fmt.Sprintf("must be above %v and at most %v", lo, hi)))
		}
		return cell, nil
	}
}

// notAhead refuses a day that is yet to come.
func notAhead(column string) func(*Checked) error {
	return func(c *Checked) error {
		if c.Entry.Values[column] > c.Now.In(kernel.Shanghai).Format(time.DateOnly) {
			return kernel.Invalid(column, t("这一天还没到，请改正", "this day is yet to come; please correct it"))
		}
		return nil
	}
}

// stationRule keeps the three tiers of centres and what a micro complex is.
func stationRule(c *Checked) error {
	v := c.Entry.Values
	tier, n := v["tier"], len(strings.Fields(v["functions"]))
	switch {
	case v["kind"] == "centre" && tier == "":
		return kernel.Invalid("tier", t("服务中心要写明是哪一级：区级、镇街级或社区（村）级", "a service centre names its tier: district, town or subdistrict, community or village"))
	case v["kind"] != "centre" && tier != "":
		return kernel.Invalid("tier", t("只有服务中心分级，这一类请不填", "only service centres have a tier; leave it empty"))
	case v["kind"] == "micro" && n < 2:
		return kernel.Invalid("functions", t("微综合体至少要有两项功能", "a micro service complex has at least two functions"))
	case tier != "" && c.Parent != nil && tier != tierOf(c.Parent.Kind):
		return kernel.Invalid("tier", t("它在“"+c.Parent.Name+"”之下，级别对不上，请核对", "it stands under "+c.Parent.Name+", which is another tier; please check"))
	}
	return nil
}

// tierOf gives the tier of a centre that stands under a place of the kind.
func tierOf(k territory.Kind) string {
	switch k.Level() {
	case territory.LevelCounty:
		return "district"
	case territory.LevelStreet:
		return "street"
	case territory.LevelCommunity, territory.LevelVillage:
		return "community"
	default:
		return ""
	}
}

func layoutRule(c *Checked) error {
	n, _ := strconv.Atoi(c.Entry.Values["number"])
	for _, p := range LayoutParts {
		if p.Choice.Key == c.Entry.Values["part"] && p.Most > 0 && n > p.Most {
			return kernel.Invalid("number", t(fmt.Sprintf("“%s”最多 %d 个，这是第 %d 个", p.Choice.Name.Zh, p.Most, n), fmt.Sprintf("a plan has at most %d of \"%s\"; this is number %d", p.Most, p.Choice.Name.En, n)))
		}
	}
	return nil
}

// oneRoleEach keeps the four roles of a task apart.
func oneRoleEach(c *Checked) error {
	seen := map[kernel.ID]string{}
	for _, l := range c.Links {
		if r := seen[l.Target]; r != "" && r != l.Role {
			return kernel.Invalid("links", t("同一个单位在一项任务里只担一个角色", "an organisation has one role in a task"))
		}
		seen[l.Target] = l.Role
	}
	return nil
}

// counts checks how many links an entry has in each role, and that none stands there twice.
func (r *Register) counts(links []Link) error {
	for _, role := range r.Links {
		n := 0
		seen := map[kernel.ID]bool{}
		for _, l := range links {
			if l.Role != role.Key {
				continue
			}
			n++
			if role.Kind != ToDoor && seen[l.Target] {
				return kernel.Invalid("links."+role.Key, t("“"+role.Name.Zh+"”里有重复的，请去掉", "\""+role.Name.En+"\" holds one twice; take it out"))
			}
			seen[l.Target] = true
		}
		switch {
		case n < role.Least:
			return kernel.Invalid("links."+role.Key, t(fmt.Sprintf("“%s”至少要 %d 个，现在是 %d 个", role.Name.Zh, role.Least, n), fmt.Sprintf("\"%s\" needs at least %d; there are %d", role.Name.En, role.Least, n)))
		case role.Most > 0 && n > role.Most:
			return kernel.Invalid("links."+role.Key, t(fmt.Sprintf("“%s”最多 %d 个，现在是 %d 个", role.Name.Zh, role.Most, n), fmt.Sprintf("\"%s\" takes at most %d; there are %d", role.Name.En, role.Most, n)))
		}
	}
	return nil
}

// leastOverlap is from how many square metres on two areas overlap: less is the width of a drawn line.
const leastOverlap = 1.0

// Overlap tells whether two places hold common ground: one holds the other in the tree, or their shapes overlap.
func Overlap(a, b *territory.Place) (bool, error) {
	if a.Path.Holds(b.Path) || b.Path.Holds(a.Path) {
		return true, nil
	}
	if !isArea(a.Shape) || !isArea(b.Shape) || !a.Shape.Bound().Intersects(b.Shape.Bound()) {
		return false, nil
	}
	common, err := geo.Intersection(a.Shape, b.Shape)
	if err != nil {
		return false, kernel.Internal("overlap of "+a.Name+" and "+b.Name, err)
	}
	return len(common) > 0 && geo.Area(common) >= leastOverlap, nil
}

func isArea(g orb.Geometry) bool {
	switch g.(type) {
	case orb.Polygon, orb.MultiPolygon:
		return true
	}
	return false
}

// kindOK tells whether a kind is among those asked for; none asked for takes any.
func kindOK[K comparable](asked []K, k K) bool { return len(asked) == 0 || slices.Contains(asked, k) }
