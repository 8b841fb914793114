package demo

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// Names of compounds and streets: made up, in the manner of the town. The lanes and old yards stand beside new estates.
var (
	estateFirst = []string{"锦绣", "北川", "祥和", "金桂", "湟水", "丁香", "雪莲", "春晖", "康宁", "安泰", "和顺", "瑞景", "青禾", "紫云", "云杉",
		"景泰", "河畔", "绿洲", "阳光", "明珠", "吉祥", "柏树", "杏园", "福临", "新城", "朝阳", "长青", "翠湖", "佳和", "丰泽", "永安", "盛世", "高原", "华兴", "龙泰", "安居"}
	estateLast = []string{"家园", "花苑", "小区", "嘉园", "雅苑", "名邸", "公寓", "花园", "新村", "佳苑", "人家", "东区", "西区", "华庭", "里"}
	laneNames  = []string{"建设巷", "友谊巷", "工农巷", "团结巷", "青年巷", "铁匠巷", "车站巷", "文化巷", "新民巷", "光荣巷", "幸福巷", "柳树巷", "果园巷",
		"水渠巷", "东风巷", "胜利巷", "和平巷", "民主巷", "学院巷", "磨坊巷", "槐树巷", "健康巷", "劳动巷", "前进巷"}
	worksYards = []string{"机床厂", "毛纺厂", "汽运公司", "面粉厂", "建材厂", "印刷厂", "粮库", "轴承厂", "电力设备厂", "铝制品厂", "地质队", "铁路工务段"}
	roadNames  = []string{"小桥大街", "毛胜寺路", "朝阳东路", "朝阳西路", "祁连路", "海湖路", "马坊西路", "欣乐路", "汽运路", "光明路", "山川路", "北山路",
		"西海路", "新世纪路", "陶家寨路", "盐庄路", "三其路", "湟水路", "美丽水街路", "车站大街", "大堡子路", "严小路", "宋家寨路", "鲍家寨路", "朱家庄路",
		"吧浪路", "吴仲路", "乙其寨路", "廿里铺路", "花园台路", "孙家寨路", "小寨路", "莫家庄路", "石头磊路", "魏家庄路", "九家湾路", "郭家塔路", "双苏堡路",
		"高教路", "泉湾路", "生物园一路", "生物园二路", "生物园三路", "生物园四路", "青稞路", "丁香路", "云杉路", "沙棘路", "雪莲路", "杏园路", "农机路",
		"学府路", "纬一路", "纬二路", "纬三路", "纬四路", "纬五路", "经一路", "经二路", "经三路", "经四路", "经五路", "园区东路", "园区西路", "园区南路",
		"园区北路", "北川一路", "北川二路", "北川三路", "北川四路"}
)

// nameCompounds numbers and names the compounds of each community from its grids' order. The one nearest the middle of
// 小桥社区 is 建设巷 12 号院: the district's centre stands on its building 3.
func (l *layout) nameCompounds() {
	r := l.seed.rng("compound names")
	taken := map[string]bool{"建设巷12号院": true}
	home := l.home()
	for _, a := range l.units() {
		n := 0
		for _, g := range a.parts {
			for _, c := range g.compounds {
				n++
				c.seq = n
				for c.name == "" || taken[c.name] {
					switch k := r.IntN(10); {
					case k < 6:
						c.name = pick(r, estateFirst) + pick(r, estateLast)
					case k < 9:
						c.name = fmt.Sprintf("%s%d号院", pick(r, laneNames), between(r, 1, 60))
					default:
						c.name = pick(r, worksYards) + pick(r, []string{"家属院", "一号院", "二号院", "宿舍"})
					}
				}
				if c == home {
					c.name = "建设巷12号院"
				}
				taken[c.name] = true
			}
		}
	}
}

// home is the compound of 小桥社区 nearest to the middle of the town.
func (l *layout) home() *compound {
	var best *compound
	near := math.Inf(1)
	x, y := l.mesh.metres(riverU+9, 33, 0.5, 0.5)
	for _, a := range l.units() {
		if a.code != "630105002004" {
			continue
		}
		for _, g := range a.parts {
			for _, c := range g.compounds {
				cx, cy := l.mesh.metres(c.span.u+c.span.w/2, c.span.v+c.span.h/2, 0, 0)
				if d := math.Hypot(cx-x, cy-y); d < near {
					near, best = d, c
				}
			}
		}
	}
	return best
}

// Surnames and given names, put together by chance: whoever bears such a name bears it by chance too.
var (
	surnames = []rune("王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛段雷龙史陶贺毛顾龚邵万钱严祁星晁莫")
	given    = []rune("伟芳秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂兰玉萍红鹏辉建国庆海燕春梅志成永福玲宁文斌晓雪峰婷波娜斯佳昊宇欣悦梓涵思远嘉诚雅琪子轩浩然若曦景行安和清源生元吉祥瑞云山川林青禾")
)

func madeUpName(r *rand.Rand) string {
	n := string(pick(r, surnames)) + string(pick(r, given))
	if r.IntN(4) > 0 {
		n += string(pick(r, given))
	}
	return n
}
