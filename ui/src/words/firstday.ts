/** What somebody needs on the first day: where to go when nothing waits, what else a search finds, signing oneself up. */
export const firstday = {
  'first.title': ['现在可以做的', 'What you can do now'],
  'first.rounds': (n: number) => [`今天巡查，${n} 处要去`, n === 1 ? 'Today’s round: 1 place to go to' : `Today’s round: ${n} places to go to`],
  'first.roundsSay': ['一处一处看，有问题写一句、拍一张', 'Look at each; what is wrong gets a line and a photo'],
  'first.events': (n: number) => [`接下来的活动，${n} 场能报名`, n === 1 ? 'Coming: 1 activity takes sign-ups' : `Coming: ${n} activities take sign-ups`],
  'first.eventsSay': ['点开一场，按「报名」', 'Open one and press Sign up'],
  'first.new': ['记一单', 'Note an order'],
  'first.newSay': ['接到电话、路上看到的，替居民记下来', 'From a call or seen on the way, on a resident’s behalf'],
  'queue.elsewhere': (word: string, tab: string, n: string) => [`「${tab}」里有 ${n} 件带「${word}」`, `${n} with “${word}” under “${tab}”`],
  'bulk.goAct': (act: string, n: number) => [`一起${act}（${n} 件）`, `${act} (${n})`],
  'bulk.didAct': (act: string, n: number) => [`「${act}」办好 ${n} 件`, `“${act}”: ${n} done`],
  'staff.more': (n: number) => [`还有 ${n} 人`, `${n} more`],
  'case.backMine': (n: number) => [n > 0 ? `回待办，还有 ${n} 件` : '回待办', n > 0 ? `Back to the queue, ${n} left` : 'Back to the queue'],
  'signme.in': (when: string) => [`您报上名了。${when}，到时候见。`, `You are signed up. ${when}. See you there.`],
  'signme.waiting': (n: number) => [`名额满了，您排在候补第 ${n} 位。有人退出会自动补上。`, `It is full; you are number ${n} in the line and move up by yourself.`],
  'signme.off': ['已经取消报名', 'The sign-up is cancelled'],
  'signme.cancel': ['取消报名', 'Cancel my sign-up'],
} as const
