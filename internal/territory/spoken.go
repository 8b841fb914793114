package territory

import (
	"regexp"
	"strings"
)

// houseWords are how people say a building: its number, then one of these.
var houseWords = regexp.MustCompile(`([0-9]+)\s*(?:号楼|号|栋|幢|座|楼)`)

// Spoken divides an address as it is told over the telephone, such as 建材厂10号楼2单元 or 建材厂 10栋, into what names the
// estate and the number of the house. The last part that names a house counts, for an estate may bear a number itself.
func Spoken(text string) (estate, house string, ok bool) {
	all := houseWords.FindAllStringSubmatchIndex(text, -1)
	if len(all) == 0 {
		return "", "", false
	}
	last := all[len(all)-1]
	estate, house = strings.TrimSpace(text[:last[0]]), strings.TrimLeft(text[last[2]:last[3]], "0")
	return estate, house, estate != "" && house != ""
}

// IsHouse reports whether a building's name bears the number of the house: 10号楼, 10栋 and 10 do, 110号楼 does not.
func IsHouse(name, house string) bool {
	rest, found := strings.CutPrefix(strings.TrimSpace(name), house)
	return found && (rest == "" || rest[0] < '0' || rest[0] > '9')
}
