package demo

import (
	"fmt"
	"time"

	"sanzhi/internal/ballots"
	"sanzhi/internal/kernel"
)

// BallotScript is one ballot of a demonstration place, from its proposal to where it stands now. Days count from now: -30 is a month ago.
type BallotScript struct {
	Key         string
	About       ballots.About
	Title, Body string
	Posts       []string // by the community
	Mode        ballots.Mode
	Options     []string
	Quorum      int
	Need        int
	Proposed    int // day
	Opened      int // day; 0 for one that is still talked over
	Closes      int // day
	Groups      []VoteGroup
	Resolution  string
}

// VoteGroup is how many codes a group got, and how it voted, in the order of the choices.
type VoteGroup struct {
	Name  string
	Codes int
	Votes []int
}

// HonourScript is one nomination of a demonstration round.
type HonourScript struct {
	Name, Why string
	By        ballots.By
	Full      bool
	Stars     []string
	Stage     ballots.Stage   // where it comes to
	Consent   ballots.Consent // and what the consent comes to
	Ripe      bool            // on the board long enough to be decided
}

// VillageBallots are ballots as a village or community of any district may have had them: two with results, one that too few voted in,
// one open, one talked over.
func VillageBallots(groups [3]string) []BallotScript {
	return []BallotScript{
		{Key: "lamps", About: ballots.AboutWorks, Title: "东门到文化广场装太阳能路灯", Body: "这一段 600 米没有灯，晚上散步和接孩子都不方便。计划装 18 盏，用公共收益，不向住户收钱。",
			Posts: []string{"灯杆位置已请三位老人一起走了一遍，避开各家窗户。"}, Mode: ballots.ModeYesNo, Quorum: 50, Need: 50, Proposed: -75, Opened: -66, Closes: -59,
			Groups:     []VoteGroup{{groups[0], 72, []int{41, 6, 5}}, {groups[1], 64, []int{35, 8, 6}}, {groups[2], 58, []int{30, 7, 5}}},
			Resolution: "装 18 盏太阳能路灯，居委会十日内询价公示，两个月内装完。"},
		{Key: "square", About: ballots.AboutMoney, Title: "公共收益今年先办哪一件", Body: "账上可用 12 万元，只够先办一件，其余排到明年。", Mode: ballots.ModeChoice,
			Options: []string{"修文化广场的地面", "给老年食堂添桌椅和消毒柜", "疏通西头的排水沟"}, Quorum: 50, Need: 30, Proposed: -48, Opened: -40, Closes: -33,
			Groups:     []VoteGroup{{groups[0], 72, []int{12, 24, 9, 5}}, {groups[1], 64, []int{8, 11, 26, 5}}, {groups[2], 58, []int{9, 22, 7, 6}}},
			Resolution: "先给老年食堂添桌椅和消毒柜；排水沟列为明年第一件。"},
		{Key: "noise", About: ballots.AboutRules, Title: "广场舞音响晚上九点停", Body: "写进居民公约：晚上九点以后不放音响，中高考期间提前到八点。", Mode: ballots.ModeYesNo, Quorum: 50, Need: 50,
			Proposed: -30, Opened: -24, Closes: -17, Groups: []VoteGroup{{groups[0], 72, []int{14, 4, 2}}, {groups[1], 64, []int{11, 3, 0}}, {groups[2], 58, []int{13, 2, 1}}}},
		{Key: "bins", About: ballots.AboutService, Title: "垃圾分类投放点改到东门", Body: "现在的点紧挨活动室，夏天有味道。改到东门外的空地，加顶棚和洗手池。", Mode: ballots.ModeYesNo, Quorum: 50, Need: 50,
			Posts: []string{"城管局看过现场，空地可以用。"}, Proposed: -12, Opened: -3, Closes: 6, Groups: []VoteGroup{{groups[0], 72, []int{15, 3, 1}}, {groups[1], 64, []int{9, 6, 1}}, {groups[2], 58, []int{11, 2, 0}}}},
		{Key: "trip", About: ballots.AboutEvents, Title: "请老人看一场秦腔", Body: "想请区剧团来演一场，地点在文化广场，雨天改到活动室。大家说说哪天好、要不要备热饭。",
			Posts: []string{"区剧团回话：下个月可以排两天，先到先定。", "食堂可以准备 80 份热汤面。"}, Proposed: -5},
	}
}

// TenStarHonours are nominations of a village's ten-star round: granted with consent, waiting on the board, turned down, refused, and one
// whose consent was withdrawn after it was published.
func TenStarHonours() []HonourScript {
	all := []string{"law", "elders", "harmony", "neighbours", "honest", "work", "clean", "learning", "thrift", "public"}
	but := func(skip ...int) (out []string) {
		for i, id := range all {
			keep := true
			for _, s := range skip {
				keep = keep && s != i+1
			}
			if keep {
				out = append(out, id)
			}
		}
		return out
	}
	granted, given := ballots.StageGranted, ballots.ConsentGiven
	return []HonourScript{
		{"马玉梅", "四代同堂，照顾婆婆九年，全家没红过脸", ballots.BySelf, true, but(), granted, given, false},
		{"李成林", "把自家井水接到巷口，停水那几天大家都去打", ballots.BySelf, true, but(8), granted, given, false},
		{"祁永福", "红白事简办，省下的钱给孩子买书", ballots.ByFamily, false, but(6, 10), granted, given, false},
		{"赵桂英", "院子里外干净，带头把垃圾分成四样", ballots.BySelf, false, but(8, 10), granted, given, false},
		{"白秀兰", "常去看两位独居老人，带饭也带话", ballots.BySelf, true, but(6), granted, given, false},
		{"王德海", "卖菜十年，秤准，街坊都信他", ballots.ByFamily, false, but(4, 8, 10), granted, given, false},
		{"冶文军", "三次下河救起落水的孩子", ballots.BySelf, false, but(9), granted, ballots.ConsentWithdrawn, false},
		{"韩玉珍", "教村里妇女做刺绣，十一户有了收入", ballots.BySelf, true, but(1, 9), ballots.StageNotice, given, false},
		{"张世明", "参加村里每一次清雪", ballots.BySelf, false, but(3, 5, 7, 9), ballots.StageNot, given, false},
		{"马福财", "帮邻居收麦子，一分钱不要", ballots.BySelf, false, nil, ballots.StageConsented, given, false},
		{"李月娥", "替外出打工的邻居照看孩子", ballots.BySelf, false, nil, ballots.StageEnded, ballots.ConsentRefused, false},
		{"苏有才", "义务修了二十几辆自行车", ballots.BySelf, false, nil, ballots.StageNominated, ballots.ConsentAsked, false},
	}
}

// GoodDaughters are nominations of a community's round for good daughters-in-law: one granted, one whose publicity is over and that waits
// for its decision.
func GoodDaughters() []HonourScript {
	return []HonourScript{
		{"陈秀珍", "婆婆住院四十天，白天上班晚上陪护", ballots.BySelf, true, nil, ballots.StageGranted, ballots.ConsentGiven, false},
		{"刘春燕", "每周给公公婆婆各读一次报，十二年没断", ballots.BySelf, false, nil, ballots.StageNotice, ballots.ConsentGiven, true},
	}
}

// Day gives an instant of a day that counts from now, in office hours.
func Day(now time.Time, day int) time.Time {
	d := now.In(kernel.Shanghai).AddDate(0, 0, day)
	return time.Date(d.Year(), d.Month(), d.Day(), 9, 30, 0, 0, kernel.Shanghai).UTC()
}

// VillageGroups names three groups of households.
func VillageGroups() [3]string {
	var out [3]string
	for i := range out {
		out[i] = fmt.Sprintf("%d 组", i+1)
	}
	return out
}
