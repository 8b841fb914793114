// The titles that posts bear everywhere in the country, as an English reader knows them. A title says who somebody is, a role what the
// program lets the post do: a police officer who is deputy secretary of a community holds the role of a mediator and is called neither.
const english: Record<string, string> = {
  书记: 'Secretary', 副书记: 'Deputy secretary', 社区书记: 'Community secretary', 社区副书记: 'Deputy community secretary', 村书记: 'Village secretary', 村党总支书记: 'Village secretary',
  主任: 'Director', 副主任: 'Deputy director', 站长: 'Head of station', 队长: 'Team leader', 志愿服务队长: 'Volunteer team leader', 网格长: 'Grid lead', 网格员: 'Grid worker', 楼栋长: 'Building steward',
  社区工作者: 'Community worker', 村务工作者: 'Village worker', 服务站工作者: 'Station worker', 人民调解员: 'People’s mediator', 调解员: 'Mediator', 民警: 'Community police officer',
  派单员: 'Dispatcher', 经办人: 'Case worker', 干部: 'Cadre', 包联干部: 'Paired cadre', 督查员: 'Inspector', 热线坐席: 'Hotline operator', 志愿者: 'Volunteer',
}

/** A post's title in a language. A title in Chinese that has no usual English stays as the district gave it, unless there is other to say. */
export function titleIn(lang: string, title: string | undefined, other = ''): string {
  if (lang !== 'en' || !title || !/\p{Script=Han}/u.test(title)) return title || other
  return english[title] ?? (other || title)
}
