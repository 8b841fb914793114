package demo

import (
	"bytes"
	"embed"
	"encoding/csv"
	"fmt"
	"strings"

	"sanzhi/internal/territory"
)

//go:embed data
var data embed.FS

// code is one row of the official code list. Kind is recorded here from the list's own names, with the digits only as a
// check: 村委会 are villages, 居委会 and the bare 社区 are communities, the 虚拟社区 of the development zone is neither.
type code struct {
	code, name, short, parent string
	kind                      territory.Kind
}

var endings = []string{"社区居民委员会", "社区居委会", "居民委员会", "村民委员会", "村委会"}

// short gives the everyday name of a committee's area: 小桥社区居民委员会 → 小桥社区, 小桥村委会 → 小桥村.
func short(name string) string {
	for _, e := range endings {
		if s, ok := strings.CutSuffix(name, e); ok {
			if strings.HasPrefix(e, "村") {
				return strings.TrimSuffix(s, "村") + "村"
			}
			return strings.TrimSuffix(s, "社区") + "社区"
		}
	}
	return name
}

func readCodes(name string, parentColumn int, kind func(code, name string) territory.Kind) ([]code, error) {
	b, err := data.ReadFile("data/" + name)
	if err != nil {
		return nil, err
	}
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var out []code
	for _, r := range rows[1:] {
		out = append(out, code{code: r[0], name: r[1], short: short(r[1]), parent: r[parentColumn], kind: kind(r[0], r[1])})
	}
	return out, nil
}

func streetKind(_, name string) territory.Kind {
	switch {
	case strings.HasSuffix(name, "街道"):
		return territory.Subdistrict
	case strings.HasSuffix(name, "镇"):
		return territory.Town
	default:
		return territory.StreetSpecial
	}
}

func villageKind(_, name string) territory.Kind {
	switch {
	case strings.Contains(name, "虚拟"):
		return territory.VillageOther
	case strings.HasSuffix(name, "村委会"):
		return territory.Village
	default:
		return territory.Community
	}
}
