package sheets

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"sanzhi/internal/activities"
	"sanzhi/internal/kernel"
)

// postWords reads and writes the posts of an activity in one cell, a line for each: title | places | how one takes part, and what
// else there is to say of it in any order.
type postWords struct{ kinds []kernel.Choice }

var postHelp = t("一行一个岗位，用竖线隔开：名称 | 几人 | 参加、志愿或计酬。后面可以加岗位类别、时间、要会什么，例如：清洁组 | 20人 | 志愿 | 卫生环境整治岗 | 09:00-11:00 | 要会 理发 修车。计酬的写单价和就业，例如：早班 | 8人 | 计酬 | 3.5元/公斤 | 灵活就业",
	"A line for each post, bars between: title | places | seat, unpaid or paid. Then its kind, its time, what one must know, such as: Cleaning | 20 | unpaid | Environment post | 09:00-11:00 | skills: repair. For paid ones the wage and the job: Early shift | 8 | paid | 3.5 yuan/kg | flexible")

var payWords = []kernel.Choice{{Key: string(activities.Seat), Name: t("参加", "seat")}, {Key: string(activities.Unpaid), Name: t("志愿", "unpaid")}, {Key: string(activities.Paid), Name: t("计酬", "paid")}}

var jobWords = []kernel.Choice{{Key: string(activities.Stable), Name: t("稳定就业", "stable")}, {Key: string(activities.Flexible), Name: t("灵活就业", "flexible")}}

func chosen(l []kernel.Choice, word string) string {
	for _, c := range l {
		if word == c.Key || word == c.Name.Zh || strings.EqualFold(word, c.Name.En) {
			return c.Key
		}
	}
	return ""
}

func wordOf(l []kernel.Choice, key string, lang kernel.Lang) string {
	for _, c := range l {
		if c.Key == key {
			return c.Name.In(lang)
		}
	}
	return key
}

// clock is a time of a post: the hours alone where it lies on the day on which the activity begins.
func clock(a *activities.Activity, at time.Time) string {
	if s := minuteOf(at); s[:10] != minuteOf(a.From)[:10] {
		return s
	}
	return minuteOf(at)[11:]
}

// format writes posts in the form in which they are compared.
func (w *postWords) format(a *activities.Activity) string {
	lines := make([]string, len(a.Posts))
	for i, p := range a.Posts {
		l := []string{strings.NewReplacer(`\`, `\\`, "|", `\|`, "\n", " ").Replace(p.Title), strconv.Itoa(p.Capacity), string(p.Pay)}
		if p.Kind != "" {
			l = append(l, p.Kind)
		}
		if p.Pay == activities.Paid {
			l = append(l, strconv.FormatFloat(float64(p.RateFen)/100, 'f', -1, 64)+"元/公斤", string(p.Employment))
		}
		if !p.From.Equal(a.From) || !p.To.Equal(a.To) {
			l = append(l, clock(a, p.From)+"~"+clock(a, p.To))
		}
		if len(p.Skills) > 0 {
			l = append(l, "要会 "+strings.Join(p.Skills, " "))
		}
		lines[i] = strings.Join(l, " | ")
	}
	return strings.Join(lines, "\n")
}

// words writes the canonical form as people of a language read it.
func (w *postWords) words(cell string, lang kernel.Lang) string {
	lines := strings.Split(cell, "\n")
	for i, line := range lines {
		l := bars(line)
		for j := range l {
			switch {
			case j == 0:
				l[0] = strings.NewReplacer(`\`, `\\`, "|", `\|`).Replace(l[0])
			case j == 1:
				l[1] += t("人", "").In(lang)
			case chosen(payWords, l[j]) != "":
				l[j] = wordOf(payWords, l[j], lang)
			case chosen(jobWords, l[j]) != "":
				l[j] = wordOf(jobWords, l[j], lang)
			case lang == kernel.English && strings.HasSuffix(l[j], "元/公斤"):
				l[j] = strings.TrimSuffix(l[j], "元/公斤") + " yuan/kg"
			case lang == kernel.English && strings.HasPrefix(l[j], "要会 "):
				l[j] = "skills: " + l[j][len("要会 "):]
			default:
				l[j] = wordOf(w.kinds, l[j], lang)
			}
		}
		lines[i] = strings.Join(l, " | ")
	}
	return strings.Join(lines, "\n")
}

// bars splits a line at its bars; \| is a bar of the text.
func bars(line string) []string {
	var out []string
	var b strings.Builder
	runes := []rune(line)
	for i := 0; i < len(runes); i++ {
		switch r := runes[i]; {
		case r == '\\' && i+1 < len(runes) && (runes[i+1] == '|' || runes[i+1] == '\\'):
			i++
			b.WriteRune(runes[i])
		case r == '|' || r == '｜':
			out = append(out, strings.TrimSpace(b.String()))
			b.Reset()
		default:
			b.WriteRune(r)
		}
	}
	return append(out, strings.TrimSpace(b.String()))
}

// canonical reads a cell as somebody wrote it.
func (w *postWords) canonical(cell string) (string, error) {
	var lines []string
	for line := range strings.SplitSeq(cell, "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		l, err := w.line(bars(line))
		if err != nil {
			at := strconv.Itoa(len(lines) + 1)
			e := err.(*kernel.Error) //nolint:errorlint,forcetypeassert // of line, just above
			return "", kernel.Invalid("", t("第 "+at+" 个岗位："+e.Say.Zh, "post "+at+": "+e.Say.En))
		}
		lines = append(lines, l)
	}
	return strings.Join(lines, "\n"), nil
}

func (w *postWords) line(l []string) (string, error) {
	if len(l) < 2 || l[0] == "" {
		return "", kernel.Invalid("", t("请写成“名称 | 几人 | 参加或志愿”，中间用竖线", "write it as \"title | places | seat or unpaid\", bars between"))
	}
	n, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(l[1], "人")))
	if err != nil || n < 1 {
		return "", kernel.Invalid("", t("“"+l[1]+"”不是人数，请写整数，例如 20人", "\""+l[1]+"\" is no number of places; give a whole number, such as 20"))
	}
	out := []string{strings.NewReplacer(`\`, `\\`, "|", `\|`).Replace(l[0]), strconv.Itoa(n), string(activities.Seat)}
	var kind, rate, job, span, skills string
	for _, word := range l[2:] {
		switch {
		case word == "":
		case chosen(payWords, word) != "":
			out[2] = chosen(payWords, word)
		case chosen(jobWords, word) != "":
			job = chosen(jobWords, word)
		case chosen(w.kinds, word) != "":
			kind = chosen(w.kinds, word)
		case strings.HasSuffix(word, "元/公斤") || strings.HasSuffix(word, "yuan/kg"):
			fen, err := fenOf(word)
			if err != nil {
				return "", err
			}
			rate = strconv.FormatFloat(float64(fen)/100, 'f', -1, 64) + "元/公斤"
		case strings.HasPrefix(word, "要会") || strings.HasPrefix(strings.ToLower(word), "skills:"):
			_, rest, ok := strings.Cut(word, ":")
			if !ok {
				rest = strings.TrimLeft(strings.TrimPrefix(word, "要会"), "：")
			}
			list := slices.Compact(slices.Sorted(slices.Values(strings.FieldsFunc(rest, func(r rune) bool { return strings.ContainsRune(" 、,，", r) }))))
			skills = "要会 " + strings.Join(list, " ")
		default:
			var ok bool
			if span, ok = spanOf(word); !ok {
				return "", kernel.Invalid("", t("不认识“"+word+"”，可以写参加、志愿、岗位类别、09:00-11:00、要会什么", "\""+word+"\" is not known; write seat, unpaid, a kind of post, 09:00-11:00 or skills: …"))
			}
		}
	}
	for _, x := range []string{kind, rate, job, span, skills} {
		if x != "" {
			out = append(out, x)
		}
	}
	return strings.Join(out, " | "), nil
}

func fenOf(word string) (int64, error) {
	f, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSuffix(word, "元/公斤"), "yuan/kg")), 64)
	fen := math.Round(f * 100)
	if err != nil || math.Abs(f*100-fen) > 1e-6 || fen < 1 || fen > 1_000_000 {
		return 0, kernel.Invalid("", t("单价写成“3.5元/公斤”，最多两位小数", "give the wage as \"3.5 yuan/kg\", two decimals at most"))
	}
	return int64(fen), nil
}

// spanOf reads 09:00-11:00, or two days with their times.
func spanOf(word string) (string, bool) {
	word = strings.NewReplacer("：", ":", "—", "~", "–", "~", "至", "~", "到", "~").Replace(word)
	from, to, ok := strings.Cut(word, "~")
	if !ok {
		if from, to, ok = strings.Cut(word, "-"); !ok {
			return "", false
		}
	}
	var out [2]string
	for i, s := range []string{strings.TrimSpace(from), strings.TrimSpace(to)} {
		if at, err := time.Parse("15:04", s); err == nil {
			out[i] = at.Format("15:04")
		} else if v, err := checkMinute(s); err == nil {
			out[i] = v
		} else {
			return "", false
		}
	}
	return out[0] + "~" + out[1], true
}

// parse gives the posts of a canonical cell; times without a day are of the day on which the activity begins.
func (w *postWords) parse(cell string, begins time.Time) ([]*activities.Post, error) {
	var out []*activities.Post
	for line := range strings.SplitSeq(cell, "\n") {
		l := bars(line)
		if len(l) < 3 {
			return nil, kernel.Invalid("posts", postHelp)
		}
		p := &activities.Post{Title: l[0], Pay: activities.Pay(l[2])}
		p.Capacity, _ = strconv.Atoi(l[1]) // as line wrote it
		for _, x := range l[3:] {
			switch from, to, span := strings.Cut(x, "~"); {
			case chosen(jobWords, x) != "":
				p.Employment = activities.Employment(x)
			case strings.HasSuffix(x, "元/公斤"):
				fen, err := fenOf(x)
				if err != nil {
					return nil, err
				}
				p.RateFen = fen
			case strings.HasPrefix(x, "要会 "):
				p.Skills = strings.Fields(x[len("要会 "):])
			case chosen(w.kinds, x) != "":
				p.Kind = x
			case span:
				p.From, p.To = onDay(from, begins), onDay(to, begins)
			}
		}
		out = append(out, p)
	}
	return out, nil
}

func onDay(s string, day time.Time) time.Time {
	if len(s) == len("15:04") {
		s = minuteOf(day)[:11] + s
	}
	return minuteAt(s)
}
