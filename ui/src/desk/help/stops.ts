import type { Stop } from '../../words/tour'

/** Where a stop points: the first of these that the page shows. */
export const marks: Record<Stop, string[]> = {
  rail: ['.rail', '.tabbar'],
  mine: ['.queue .bar p', '.queue .bar'],
  row: ['.queue .row'],
  acts: ['.case .acts', '.case .idle', '.case .hd'],
  rounds: ['.rail a[href$="/rounds"]', '.tabbar a[href$="/rounds"]'],
  share: ['.case .acts', '.queue .shareall', '.queue .row'],
  figures: ['.glance .lead', '.rail a[href$="/picture"]', '.tabbar a[href$="/picture"]', '.tabbar a[href$="/stats"]'],
  late: ['.glance .lateunits li', '.glance .longest li', '.glance .lead'],
  bulletins: ['.rail a[href$="/reports"]', '.tabbar a[href$="/reports"]', '.tabbar button'],
  plans: ['.plans header .btn.go', '.plans .btn.go', '.rail a[href$="/plans"]', '.tabbar button'],
  settings: ['.rail [aria-labelledby="rail-settings"]', '.tabbar button'],
  posts: ['.rail .self', '.tabbar button'],
  find: ['.finderopen', '.deskhead button', '.tabbar button'],
  help: ['.rail .helplink', '.deskhead .helplink'],
}

/** The stops of a person: at most six, by what the posts ask for. */
export function stopsOf(roles: string[], may: (p: string) => boolean): Stop[] {
  const is = (...r: string[]) => r.some((x) => roles.includes(x))
  if (is('district_leader')) return ['rail', 'figures', 'late', 'bulletins', 'help']
  if (is('supervisor')) return ['rail', 'figures', 'row', 'bulletins', 'find', 'help']
  if (is('community_clerk')) return ['rail', 'mine', 'row', 'acts', 'find', 'help']
  if (is('unit_dispatcher')) return ['rail', 'mine', 'row', 'share', 'find', 'help']
  if (is('grid_worker')) return ['rail', 'rounds', 'mine', 'row', 'acts', 'help']
  if (is('planner')) return ['rail', 'plans', 'find', 'help']
  if (is('system_admin', 'security_admin', 'auditor')) return ['rail', 'settings', 'posts', 'find', 'help']
  if (may('case.read')) return ['rail', 'mine', 'row', 'acts', 'find', 'help']
  if (may('round.do')) return ['rail', 'rounds', 'posts', 'find', 'help']
  return ['rail', 'posts', 'find', 'help']
}
