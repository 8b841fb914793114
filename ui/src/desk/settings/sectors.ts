import { lang } from '../../lang'

/** What the sectors of the menus that come with the program are called; a district's own ones stand as it wrote them. */
const sectors: Record<string, readonly [string, string]> = {
  property: ['物业维修', 'property upkeep'], building: ['房屋', 'buildings'], lift: ['电梯', 'lifts'], renewal: ['小区改造', 'compound renewal'],
  sanitation: ['环卫', 'sanitation'], snow: ['清雪', 'snow clearing'], street_light: ['路灯', 'street lights'], road: ['道路', 'roads'], village_road: ['村道', 'village roads'],
  street_order: ['市容', 'street order'], noise: ['噪声', 'noise'], parking: ['停车', 'parking'], traffic: ['交通', 'traffic'], ev_charging: ['充电', 'charging'],
  elders: ['养老助餐', 'elders'], relief: ['救助', 'relief'], health: ['卫生健康', 'health'], schools: ['学校', 'schools'], jobs: ['就业', 'work'],
  law: ['法律服务', 'law'], fire_safety: ['消防', 'fire safety'], hazard: ['安全隐患', 'hazards'], food: ['食品', 'food'], prices: ['价格', 'prices'],
  irrigation: ['水渠', 'irrigation'], toilet: ['厕所改造', 'toilets'], air: ['空气', 'air'], river: ['河道', 'rivers'], trees: ['树木', 'trees'], parks: ['公园', 'parks'],
  sports_ground: ['运动场地', 'sports grounds'], water: ['供水', 'water'], power: ['供电', 'power'], gas: ['燃气', 'gas'], heat: ['供热', 'heating'], paired: ['包联', 'paired units'],
}

export const sectorName = (id: string) => sectors[id]?.[lang.value === 'en' ? 1 : 0] ?? id
