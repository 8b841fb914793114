package kernel

import (
	"strconv"
	"strings"
)

// unitWords is the English of the units that the program ships with: one and many, parted by a bar where they differ. A
// measure word that names nothing itself (个, 条, 座) says nothing in English, where what is counted stands beside it.
var unitWords = map[string]string{
	"件": "case|cases", "起": "incident|incidents", "次": "time|times", "场": "session|sessions", "期": "session|sessions",
	"人": "person|people", "名": "person|people", "人次": "person-time|person-times", "户": "household|households",
	"株": "plant|plants", "棵": "tree|trees", "盏": "lamp|lamps", "辆": "vehicle|vehicles", "栋": "building|buildings", "处": "place|places",
	"天": "day|days", "小时": "hour|hours", "分钟": "minute|minutes",
	"米": "m", "公里": "km", "㎡": "m²", "平方米": "m²", "平方公里": "km²", "亩": "mu", "公顷": "ha", "立方米": "m³",
	"吨": "t", "万吨": "× 10,000 t", "元": "yuan", "万元": "× 10,000 yuan", "亿元": "× 100 million yuan",
	"个": "", "条": "", "座": "", "块": "", "把": "", "台": "", "套": "", "部": "", "张": "", "间": "", "根": "", "面": "", "项": "", "份": "", "支": "",
}

// UnitWords gives the words of a unit: as typed in 中文, and in English those of a unit that is shipped, "case|cases" where one
// and many differ. A unit of somebody's own stays as typed in both.
func UnitWords(unit string) Text {
	if en, ok := unitWords[unit]; ok {
		return T(unit, en)
	}
	return T(unit, unit)
}

// InWords gives the words of a unit in lang, "one|many" where they differ; unlike Text.In, an empty English word stays empty.
func InWords(unit string, lang Lang) string {
	if lang == English {
		return UnitWords(unit).En
	}
	return unit
}

// UnitOf gives the word of a unit beside n in lang.
func UnitOf(unit string, n float64, lang Lang) string {
	one, many, ok := strings.Cut(InWords(unit, lang), "|")
	if ok && n != 1 && n != -1 {
		return many
	}
	return one
}

// Counted writes a number and its unit in English: 240 cases, 1 case, 90%, and the number alone where the unit has no word.
func Counted(number, unit string) string {
	n, err := strconv.ParseFloat(number, 64)
	if err != nil {
		n = 2
	}
	word := UnitOf(unit, n, English)
	if word == "%" {
		return number + word
	}
	return strings.TrimSpace(number + " " + word)
}
