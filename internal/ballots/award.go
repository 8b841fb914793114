package ballots

import (
	"fmt"
	"slices"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
)

// Bounds of a time of publicity, in working days.
const (
	minNotice = 3
	maxNotice = 30
)

// NewAward is how a round of nominations begins.
type NewAward struct {
	Place       kernel.ID
	Kind        Kind
	Title, Note kernel.Text
	NoticeDays  int
	// Criteria of TenStars: exactly ten; empty takes the set that the place used last, else DefaultTenStars.
	Criteria []Criterion
}

// DefaultTenStars are ten stars as many villages give them. A district or village writes its own.
var DefaultTenStars = []Criterion{
	{ID: "law", Title: kernel.T("遵纪守法", "Keeps the law"), Note: kernel.T("家人守法，邻里有事依法解决", "The household keeps the law and settles what arises by it")},
	{ID: "elders", Title: kernel.T("孝老爱亲", "Cares for its elders"), Note: kernel.T("赡养老人，抚育孩子", "Supports its elders and brings up its children")},
	{ID: "harmony", Title: kernel.T("家庭和睦", "Lives in harmony"), Note: kernel.T("夫妻平等，说话和气", "Equal partners who speak kindly")},
	{ID: "neighbours", Title: kernel.T("邻里互助", "Helps its neighbours"), Note: kernel.T("邻里有难，伸手帮一把", "Lends a hand when a neighbour is in need")},
	{ID: "honest", Title: kernel.T("诚实守信", "Keeps its word"), Note: kernel.T("说到做到，买卖公道", "Does what it says and deals fairly")},
	{ID: "work", Title: kernel.T("勤劳致富", "Earns by work"), Note: kernel.T("靠劳动过日子", "Lives by its own work")},
	{ID: "clean", Title: kernel.T("整洁卫生", "Keeps clean"), Note: kernel.T("房前屋后干净，垃圾分类", "Keeps house and yard clean and sorts its waste")},
	{ID: "learning", Title: kernel.T("崇文重教", "Values learning"), Note: kernel.T("支持孩子读书，大人也学习", "Supports schooling, and adults learn too")},
	{ID: "thrift", Title: kernel.T("移风易俗", "Keeps feasts modest"), Note: kernel.T("红白事简办，不攀比", "Weddings and funerals without waste or show")},
	{ID: "public", Title: kernel.T("热心公益", "Serves the public good"), Note: kernel.T("参加村里的公共事务", "Takes part in the village's common affairs")},
}

// Begin opens a round of nominations at a place.
func (s *Service) Begin(tx kernel.Tx, actor kernel.Actor, n NewAward) (*Award, error) {
	place, err := s.Places.Place(tx, n.Place)
	if err != nil {
		return nil, err
	}
	if err := manage(actor, tx.Tenant(), place.Path); err != nil {
		return nil, err
	}
	if !slices.Contains(AllKinds, n.Kind) {
		return nil, kernel.Invalid("kind", kernel.T("请选评选的类别", "choose what is awarded"))
	}
	if n.NoticeDays == 0 {
		n.NoticeDays = 5
	}
	if n.NoticeDays < minNotice || n.NoticeDays > maxNotice {
		return nil, kernel.Invalid("notice_days", kernel.T("公示应为 3 到 30 个工作日", "publicity lasts 3 to 30 working days"))
	}
	a := &Award{ID: kernel.NewID(tx.Now()), Place: place.ID, Path: place.Path, Kind: n.Kind, NoticeDays: n.NoticeDays, CreatedAt: tx.Now()}
	if a.Title, err = cleanText("title", n.Title, maxTitle); err != nil {
		return nil, err
	}
	if a.Note.Zh, err = kernel.Clean("note", n.Note.Zh, 0, maxPost); err != nil {
		return nil, err
	}
	if a.Note.En, err = kernel.Clean("note", n.Note.En, 0, maxPost); err != nil {
		return nil, err
	}
	if a.Kind == TenStars {
		if err := s.criteria(tx, a, n.Criteria); err != nil {
			return nil, err
		}
	} else if len(n.Criteria) > 0 {
		return nil, kernel.Invalid("criteria", kernel.T("只有十星级文明户按条目评", "only the ten stars are given by criteria"))
	}
	if err := s.Honours.InsertAward(tx, a); err != nil {
		return nil, err
	}
	_, err = s.record(tx, actor, "award_begun", a.ID, 1, map[string]any{"kind": string(a.Kind), "title": a.Title.Zh, "notice_days": a.NoticeDays,
		"criteria": a.Criteria, "criteria_version": a.CriteriaVersion}, nil)
	return a, err
}

// cleanText wants 中文; English may be left out, and then 中文 stands for it.
func cleanText(field string, t kernel.Text, most int) (out kernel.Text, err error) {
	if out.Zh, err = kernel.Clean(field, t.Zh, 1, most); err != nil {
		return out, err
	}
	out.En, err = kernel.Clean(field, t.En, 0, most*3)
	return out, err
}

// criteria fixes the version of the ten criteria that a round is held by.
func (s *Service) criteria(tx kernel.Tx, a *Award, items []Criterion) error {
	a.Criteria = "ten_stars:" + string(a.Place)
	last, err := s.Honours.Criteria(tx, a.Criteria, 0)
	switch {
	case err != nil && !kernel.Is(err, kernel.KindNotFound):
		return err
	case err == nil && len(items) == 0:
		a.CriteriaVersion = last.Version
		return nil
	case err != nil:
		last = &CriteriaSet{}
	}
	if len(items) == 0 {
		items = DefaultTenStars
	}
	if items, err = CheckCriteria(items); err != nil {
		return err
	}
	a.CriteriaVersion = last.Version + 1
	return s.Honours.PutCriteria(tx, &CriteriaSet{ID: a.Criteria, Version: a.CriteriaVersion, Title: kernel.T("十星级文明户", "Ten-star households"), Items: items, MadeAt: tx.Now()})
}

// CheckCriteria wants exactly ten, each with its own id and title, and none that asks for what the program does not hold.
func CheckCriteria(items []Criterion) ([]Criterion, error) {
	if len(items) != TenCriteria {
		return nil, kernel.Invalid("criteria", kernel.T(fmt.Sprintf("十星要正好 10 条，现在有 %d 条", len(items)), fmt.Sprintf("ten stars need exactly 10 criteria; there are %d", len(items))))
	}
	out, seen := slices.Clone(items), map[string]bool{}
	for i := range out {
		c, field := &out[i], fmt.Sprintf("criteria[%d]", i)
		var err error
		if c.Title, err = cleanText(field+".title", c.Title, maxTitle); err != nil {
			return nil, err
		}
		if c.ID == "" {
			c.ID = fmt.Sprintf("c%d", i+1)
		}
		if seen[c.ID] {
			return nil, kernel.Invalid(field+".id", kernel.T("编号重复了，请换一个", "the id stands twice; choose another"))
		}
		seen[c.ID] = true
		for _, words := range []string{c.ID, c.Title.Zh, c.Title.En, c.Note.Zh, c.Note.En} {
			if r, bad := kernel.RefusedIn(words); bad {
				return nil, kernel.Invalid(field+".title", kernel.T("不能按「"+r.Say.Zh+"」评，请换一条", "no star may depend on "+r.Say.En+"; choose another criterion"))
			}
		}
	}
	return out, nil
}

// Award gives a round of nominations.
func (s *Service) Award(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (*Award, error) {
	a, err := s.Honours.Award(tx, id)
	if err != nil {
		return nil, err
	}
	return a, reads(actor, tx.Tenant(), a.Path)
}

// Awards lists the rounds at a path and below, newest first.
func (s *Service) Awards(tx kernel.Tx, actor kernel.Actor, path kernel.Path, p kernel.Page) ([]*Award, string, error) {
	if err := reads(actor, tx.Tenant(), path); err != nil {
		return nil, "", err
	}
	return s.Honours.Awards(tx, path, p)
}

// CloseAward ends the time for nominations.
func (s *Service) CloseAward(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (*Award, error) {
	a, err := s.Award(tx, actor, id)
	if err != nil {
		return nil, err
	}
	if err := manage(actor, tx.Tenant(), a.Path); err != nil {
		return nil, err
	}
	if ok, err := s.Honours.CloseAward(tx, id); err != nil {
		return nil, err
	} else if !ok {
		return nil, errStale
	}
	a.Closed = true
	_, err = s.record(tx, actor, "award_closed", a.ID, 2, nil, nil)
	return a, err
}

// Counts are what is told of a round without telling of anyone; small ones only to its committee, for in a small round a number
// is a person.
func (s *Service) Counts(tx kernel.Tx, actor kernel.Actor, a *Award) (AwardCounts, error) {
	c, err := s.Honours.AwardCounts(tx, a.ID)
	if err != nil || manages(actor, tx.Tenant(), a.Path) {
		return c, err
	}
	// Whether somebody was named and refused, or was objected to, is nobody's business.
	c.Nominated, c.Objected, c.Consented = 0, 0, 0
	return c, nil
}

// committee loads a nomination for who decides about it, in the version and one of the stages that the act needs.
func (s *Service) committee(tx kernel.Tx, actor kernel.Actor, id kernel.ID, version int, stages ...Stage) (*Nomination, error) {
	n, err := s.Nomination(tx, actor, id)
	if err != nil {
		return nil, err
	}
	if err := access.Decide(actor, access.BallotWrite, access.Target{Tenant: tx.Tenant(), Path: n.Path}).Err(); err != nil {
		return nil, err
	}
	if n.Version != version {
		return nil, errStale
	}
	if !slices.Contains(stages, n.Stage) {
		return nil, kernel.Conflict(kernel.T("现在不到这一步，请刷新后再看", "this is not its turn now; reload and look again"))
	}
	return n, nil
}
