// What must have happened before every page can be seen: orders on their way, a plan, a sign-up.
import { anyone, carry, hand, place } from './arrange.mjs'
import { centre } from './lib.mjs'

/** Gives where each face begins: paths of the resident, and of each role at the desk, in an order that shows most pages first. */
export async function arrange(server) {
  const fresh = await place(server, '楼道灯不亮，下楼摸黑')
  const done = await place(server, '三楼到五楼都黑，老人晚上不敢下楼')
  await carry(server, done.id, 'done')
  const [lon, lat] = centre.split(',')
  const clerk = await hand(server, 'community_clerk')
  const here = (await clerk.get(`/places/at?lon=${lon}&lat=${lat}`)).community
  const planner = await hand(server, 'planner')
  const plan = await planner.post('/plans', { kind: 'reach', name: '够得着吗', place: here.id, params: {} })
  const open = (await clerk.get('/activities?stage=open&from=' + new Date().toISOString().slice(0, 10))).items.find((a) => a.pay === 'unpaid') ?? {}
  const posts = open.id ? (await clerk.get('/activities/' + open.id)).posts : []
  const signed = posts?.length ? await anyone(server).post(`/activities/${open.id}/signups`, { post: posts[0].id, contact: { name: '王五', phone: '139' + String(Date.now()).slice(-8) }, skills: [] }) : {}

  const { id: item } = (await clerk.get(`/menu?lon=${lon}&lat=${lat}`)).items[0]
  const work = (await planner.get('/works')).items[0].id
  return {
    roles: ['community_clerk', 'planner', 'system_admin', 'security_admin', 'auditor', 'district_leader', 'unit_dispatcher', 'grid_worker'],
    resident: ['/', '/waiting', '/?at=' + centre, '/choose', '/t', '/t/' + fresh.track_code, '/t/' + done.track_code, '/activities/mine/' + signed.code],
    // The pages without scripts.
    plain: ['/plain', '/plain/place?q=3号楼', `/plain/place?in=${here.id}`, `/plain/menu?place=${here.id}`, `/plain/order?place=${here.id}&flow=menu&item=${item}`, '/plain/track', '/plain/t/' + fresh.track_code, '/plain/t/' + done.track_code, '/plain/stations', '/plain?big=1', `/plain/menu?place=${here.id}&big=1`],
    // Pages that this list does not come to, and the test that does.
    apart: { '/desk/activities/certificates/:id': 'a volunteer with settled hours', '/desk/privacy/people/:kind/:id': 'roomwork.spec.mjs: somebody at the counter', '/desk/activities/teams/:id': 'roomwork.spec.mjs: whoever keeps the team' },
    desk: {
      community_clerk: ['/desk/queue?tab=all', '/desk/cases/' + fresh.id],
      planner: ['/desk/', '/desk/works', `/desk/works/${work}/edit`, '/desk/plans/' + plan.id],
      system_admin: ['/desk/settings/flows', '/desk/settings/system/office', '/desk/indicators/definitions/on_time_rate'],
      security_admin: ['/desk/settings/accounts'],
      auditor: ['/desk/audit'],
      grid_worker: ['/desk/', '/desk/rounds/kept'],
      district_leader: ['/desk/', '/desk/indicators'],
    },
  }
}
