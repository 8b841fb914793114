/** Words of the desk. A pair is [中文, English]. */
export const desk = {
  'desk.name': ['办事台', 'Desk'],
} satisfies Record<string, readonly [string, string] | ((...a: never[]) => readonly string[])>
