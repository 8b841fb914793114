package works

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
)

// Draft is a project as somebody writes it down.
type Draft struct {
	Kind      Kind
	Name      string
	Place     kernel.ID
	Lon, Lat  float64
	Host      kernel.ID
	Programme kernel.ID
	Case      kernel.ID // of a new project: the case that led to it
	Body      Body
}

func (s *Service) record(tx kernel.Tx, actor kernel.Actor, act string, object kernel.ID, version int, public map[string]any) error {
	_, err := s.Ledger.Append(tx, ledger.Entry{Actor: actor, Act: act, Object: object, Version: version, Public: public})
	return err
}

// Create writes a project down. It is not published.
func (s *Service) Create(tx kernel.Tx, actor kernel.Actor, d Draft) (*Project, error) {
	p := &Project{ID: kernel.NewID(tx.Now()), Version: 1, Created: tx.Now()}
	if err := s.fill(tx, actor, p, d); err != nil {
		return nil, err
	}
	if err := s.Works.InsertProject(tx, p); err != nil {
		return nil, err
	}
	if d.Case != "" {
		if _, err := s.LinkCase(tx, actor, p.ID, d.Case); err != nil {
			return nil, err
		}
	}
	return p, s.record(tx, actor, "work_created", p.ID, p.Version, map[string]any{"kind": string(p.Kind), "name": p.Name, "place": string(p.Place), "state": string(p.State)})
}

// Change writes a project anew, on condition that it still has the version.
func (s *Service) Change(tx kernel.Tx, actor kernel.Actor, id kernel.ID, version int, d Draft) (*Project, error) {
	p, err := s.change(tx, actor, id, version)
	if err != nil {
		return nil, err
	}
	was := p.Version
	if err := checkBack(p.Body.Stages, d.Body.Stages); err != nil {
		return nil, err
	}
	if err := s.fill(tx, actor, p, d); err != nil {
		return nil, err
	}
	return p, s.store(tx, actor, p, was, "work_changed", map[string]any{"name": p.Name, "state": string(p.State)})
}

// store writes a changed project with its row of the ledger.
func (s *Service) store(tx kernel.Tx, actor kernel.Actor, p *Project, was int, act string, public map[string]any) error {
	p.Version, p.Updated = was+1, tx.Now()
	ok, err := s.Works.UpdateProject(tx, p, was)
	if err != nil {
		return err
	}
	if !ok {
		return stale()
	}
	return s.record(tx, actor, act, p.ID, p.Version, public)
}

// fill checks a draft and puts it into the project. The actor must be allowed to write at the new place as well.
func (s *Service) fill(tx kernel.Tx, actor kernel.Actor, p *Project, d Draft) error {
	if !Kinds.Has(d.Kind) {
		return kernel.Invalid("kind", choose(Kinds.Say()))
	}
	if n := utf8.RuneCountInString(strings.TrimSpace(d.Name)); n < 2 || n > 80 {
		return kernel.Invalid("name", kernel.T("名称要 2 到 80 个字", "the name has 2 to 80 characters"))
	}
	place, err := s.Places.Place(tx, d.Place)
	if err != nil {
		return refuse("place", err)
	}
	if err := access.Decide(actor, access.WorkWrite, target(tx, place.Path)).Err(); err != nil {
		return err
	}
	if d.Host != "" {
		if _, err := s.Orgs.Org(tx, d.Host); err != nil {
			return refuse("host", err)
		}
	}
	if d.Programme != "" {
		if _, err := s.Programmes.Programme(tx, d.Programme); err != nil {
			return refuse("programme", err)
		}
	}
	if err := s.checkBody(tx, d.Kind, &d.Body); err != nil {
		return err
	}
	p.Kind, p.Name, p.Place, p.Path, p.Lon, p.Lat = d.Kind, strings.TrimSpace(d.Name), place.ID, place.Path, d.Lon, d.Lat
	p.Host, p.Programme, p.Body, p.State, p.Updated = d.Host, d.Programme, d.Body, StateOf(d.Body.Stages), tx.Now()
	return nil
}

func choose(l kernel.Text) kernel.Text {
	return kernel.T("请从这几项里选一个："+l.Zh, "choose one of "+l.En)
}

// refuse names the field of something that is not there.
func refuse(field string, err error) error {
	if kernel.Is(err, kernel.KindNotFound) {
		return kernel.Invalid(field, kernel.T("没有找到，请从列表里重新选", "not found; choose it from the list again"))
	}
	return err
}

func (s *Service) checkBody(tx kernel.Tx, kind Kind, b *Body) error {
	for i := range b.Stages {
		if err := checkStage(i, &b.Stages[i]); err != nil {
			return err
		}
	}
	for i, m := range b.Methods {
		if !Methods.Has(m) {
			return kernel.Invalid(fmt.Sprintf("methods[%d]", i), choose(Methods.Say()))
		}
	}
	for i, u := range b.Uses {
		if !Uses.Has(u) {
			return kernel.Invalid(fmt.Sprintf("uses[%d]", i), choose(Uses.Say()))
		}
	}
	for i, st := range b.Stakes {
		field := fmt.Sprintf("stakes[%d]", i)
		if !Parts.Has(st.Part) {
			return kernel.Invalid(field+".part", choose(Parts.Say()))
		}
		if (st.Org == "") == (st.Name == "") {
			return kernel.Invalid(field+".org", kernel.T("请选一个单位，或写明是哪个群体，二者填一项", "choose an organisation, or name the group; one of the two"))
		}
		if st.Org != "" {
			if _, err := s.Orgs.Org(tx, st.Org); err != nil {
				return refuse(field+".org", err)
			}
		}
	}
	if b.Plan != nil && b.Plan.Name == "" {
		return kernel.Invalid("plan.name", kernel.T("请写明衔接的是哪个规划", "name the plan that it keeps to"))
	}
	if err := checkShared(tx, b.Shared); err != nil {
		return err
	}
	return s.checkMembers(tx, kind, b.Members)
}

func checkStage(i int, st *Stage) error {
	field := fmt.Sprintf("stages[%d]", i)
	switch {
	case strings.TrimSpace(st.Name) == "":
		return kernel.Invalid(field+".name", kernel.T("请给这个阶段起个名称", "name this stage"))
	case !States.Has(st.State):
		return kernel.Invalid(field+".state", choose(States.Say()))
	case !st.From.IsZero() && !st.To.IsZero() && st.To.Before(st.From):
		return kernel.Invalid(field+".to", kernel.T("计划完成不能早于开始", "it cannot be planned to end before it begins"))
	case st.State == Done && st.Done.IsZero():
		return kernel.Invalid(field+".done", kernel.T("建成的阶段要有完成日期", "a stage that is built has the day on which it was"))
	case st.State != Done && !st.Done.IsZero():
		return kernel.Invalid(field+".done", kernel.T("还没建成的阶段不填完成日期", "a stage that is not built has no day of completion"))
	case !st.From.IsZero() && !st.Done.IsZero() && st.Done.Before(st.From):
		return kernel.Invalid(field+".done", kernel.T("完成日期不能早于开始", "it cannot be done before it begins"))
	}
	return nil
}

func checkShared(tx kernel.Tx, sh *Shared) error {
	if sh == nil {
		return nil
	}
	if strings.TrimSpace(sh.Key) == "" || len(sh.With) == 0 {
		return kernel.Invalid("shared.with", kernel.T("共建工程要写明共同编号和至少一个共建方", "a shared work has a common key and at least one partner"))
	}
	for i, w := range sh.With {
		field := fmt.Sprintf("shared.with[%d].tenant", i)
		if _, err := kernel.ParseTenant(string(w.Tenant)); err != nil {
			return kernel.Invalid(field, kernel.T("区县代码应为 6 位数字", "a district code has six digits"))
		}
		if w.Tenant == tx.Tenant() {
			return kernel.Invalid(field, kernel.T("共建方是别的区县，不是本区县", "a partner is another district, not this one"))
		}
	}
	if sh.OwnShare < 0 || sh.OwnShare > 100 {
		return kernel.Invalid("shared.own_share", kernel.T("本方占比是 0 到 100 的百分数", "the own share is 0 to 100 per cent"))
	}
	return nil
}

func (s *Service) checkMembers(tx kernel.Tx, kind Kind, members []kernel.ID) error {
	sorted := slices.Clone(members)
	slices.Sort(sorted)
	if kind == JointBody && len(slices.Compact(sorted)) < 2 {
		return kernel.Invalid("members", kernel.T("党建联合体至少有两个成员单位", "a joint body has at least two members"))
	}
	for i, m := range members {
		if _, err := s.Orgs.Org(tx, m); err != nil {
			return refuse(fmt.Sprintf("members[%d]", i), err)
		}
	}
	return nil
}

// Publish makes a project everybody's to read, or takes that back.
func (s *Service) Publish(tx kernel.Tx, actor kernel.Actor, id kernel.ID, version int, public bool) (*Project, error) {
	p, err := s.change(tx, actor, id, version)
	if err != nil {
		return nil, err
	}
	act := "work_published"
	if !public {
		act = "work_withdrawn"
	}
	p.Published = public
	return p, s.store(tx, actor, p, p.Version, act, map[string]any{"name": p.Name})
}

// SetStages replaces the stages of a project.
func (s *Service) SetStages(tx kernel.Tx, actor kernel.Actor, id kernel.ID, version int, stages []Stage) (*Project, error) {
	p, err := s.change(tx, actor, id, version)
	if err != nil {
		return nil, err
	}
	for i := range stages {
		if err := checkStage(i, &stages[i]); err != nil {
			return nil, err
		}
	}
	if err := checkBack(p.Body.Stages, stages); err != nil {
		return nil, err
	}
	p.Body.Stages = stages
	p.State = StateOf(stages)
	return p, s.store(tx, actor, p, p.Version, "work_stages", map[string]any{"state": string(p.State), "stages": len(stages)})
}

// AddPhotos gives uploads to a project, as photos of one spot.
func (s *Service) AddPhotos(tx kernel.Tx, actor kernel.Actor, id kernel.ID, uploads []kernel.ID, spot string, m Moment, taken time.Time, caption string) error {
	p, err := s.change(tx, actor, id, 0)
	if err != nil {
		return err
	}
	if !Moments.Has(m) {
		return kernel.Invalid("moment", choose(Moments.Say()))
	}
	if strings.TrimSpace(spot) == "" {
		return kernel.Invalid("spot", kernel.T("请写明照片拍的是哪一处，前后对照靠它", "name the spot: before and after are matched by it"))
	}
	if taken.After(tx.Now()) {
		return kernel.Invalid("taken", kernel.T("拍摄日期不能在今天以后", "the photo cannot be of a day to come"))
	}
	if err := s.Uploads.Take(tx, uploads, p.ID); err != nil {
		return err
	}
	photos := make([]*Photo, len(uploads))
	for i, u := range uploads {
		photos[i] = &Photo{ID: u, Project: p.ID, Spot: strings.TrimSpace(spot), Moment: m, Taken: taken, Caption: caption}
	}
	if err := s.Works.PutPhotos(tx, photos); err != nil {
		return err
	}
	return s.record(tx, actor, "work_photos", p.ID, p.Version, map[string]any{"moment": string(m), "photos": len(uploads), "spot": strings.TrimSpace(spot)})
}

// LinkCase says that a case led to the project. The actor must be able to read the case.
func (s *Service) LinkCase(tx kernel.Tx, actor kernel.Actor, id, caseID kernel.ID) (CaseRef, error) {
	p, err := s.change(tx, actor, id, 0)
	if err != nil {
		return CaseRef{}, err
	}
	ref, err := s.Cases.CaseRef(tx, actor, caseID)
	if err != nil {
		return ref, refuse("case", err)
	}
	ok, err := s.Links.LinkCase(tx, p.ID, caseID, tx.Now())
	if err != nil {
		return ref, err
	}
	if !ok {
		return ref, kernel.Conflict(kernel.T("这件事已经关联到这个工程", "this case is linked to this work already"))
	}
	return ref, s.record(tx, actor, "work_case", p.ID, p.Version, map[string]any{"case": string(caseID)})
}

// AddProgramme writes a programme down for the whole district.
func (s *Service) AddProgramme(tx kernel.Tx, actor kernel.Actor, p Programme) (*Programme, error) {
	if err := access.Decide(actor, access.WorkWrite, access.Whole(tx.Tenant())).Err(); err != nil {
		return nil, err
	}
	switch {
	case utf8.RuneCountInString(strings.TrimSpace(p.Name)) < 2:
		return nil, kernel.Invalid("name", kernel.T("名称要 2 到 80 个字", "the name has 2 to 80 characters"))
	case !Levels.Has(p.Level):
		return nil, kernel.Invalid("level", choose(Levels.Say()))
	case p.FromYear < 1949 || p.ToYear < p.FromYear || p.ToYear > p.FromYear+50:
		return nil, kernel.Invalid("to_year", kernel.T("起止年份不对，止年不能早于起年", "the years are not right; the last cannot be before the first"))
	}
	p.ID = kernel.NewID(tx.Now())
	ok, err := s.Programmes.PutProgramme(tx, &p)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, kernel.Conflict(kernel.T("已经有这个名称的计划", "there is a programme of this name already"))
	}
	return &p, s.record(tx, actor, "work_programme", p.ID, 1, map[string]any{"name": p.Name, "level": string(p.Level), "from": p.FromYear, "to": p.ToYear})
}
