/** Words of the help, and of the queue's views, columns and copies. A pair is [中文, English]. */
export const daily = {
  'help.title': ['说明', 'Help'],
  'help.of': (room: string) => [`说明：${room}`, `Help: ${room}`],
  'finder.help': ['说明', 'Help'],
} satisfies Record<string, readonly [string, string] | ((...a: never[]) => readonly [string, string])>
