import type { Pair } from './help'

/** The tour of the first sign-in: loaded with it. A stop points at something of the page, names it and says it in two sentences. */
export type Stop = 'rail' | 'mine' | 'row' | 'acts' | 'rounds' | 'share' | 'figures' | 'late' | 'bulletins' | 'plans' | 'settings' | 'posts' | 'find' | 'help'
export const stops: Record<Stop, readonly [title: Pair, text: Pair]> = {
  rail: [['要办什么，从这里进', 'Everything starts here'], ['您用得着的都在这里。没有列出的，是您的岗位用不着的。', 'What your post needs is here, sorted by use. What is not listed is not needed for it.']],
  mine: [['轮到您的', 'What waits for you'], ['手里有几件、超时几件、今天到期几件。新的一来自己出现，不用刷新。', 'How many are in your hands, overdue, due today. New ones appear by themselves.']],
  row: [['一件事一行', 'One matter, one row'], ['珠子是走到了第几步，右边是还剩多少时间。先到期的在最上面，点开就能办。', 'The beads tell the step, the right side the time left. What runs out first is on top; open it to act.']],
  acts: [['在这里办', 'Here you act'], ['填好要填的，按绿色的按钮，就交给下一个人。不归您的，退回或转走，写一句为什么。', 'Fill in what is asked and press the green button: it goes on. What is not yours is returned or passed on, with the reason.']],
  rounds: [['今天走哪里', 'Where to walk today'], ['要看的地方按走路的次序排好。看出问题写一句、拍一张，自动成一件。', 'Places stand in walking order. What is wrong gets a line and a photo and becomes a case.']],
  share: [['派给谁', 'Whom to send'], ['点开一件就能派人，旁边写着每个人手里有几件。等着的也可以一起分。', 'Open a case to name somebody: the list says how much each has in hand. All that wait can be shared out at once.']],
  figures: [['办得怎么样', 'How things are going'], ['多少件停在哪一步、几成按时。每个数都能点开，看它数的是哪些件。', 'How many stand where, how much is in time. Every figure opens to the cases it counts.']],
  late: [['哪里拖住了', 'Where it is stuck'], ['点一个单位，看它超时的件；点开一件，按「督办」写一句，单位的待办里马上标出来。', 'Choose a unit to see what it owes. Open one, press Supervise and write a line: it is marked in the unit’s queue at once.']],
  bulletins: [['简报', 'Bulletins'], ['草稿等您看，发布要您按。发布的谁也改不了，谁都能核验。', 'Drafts wait for you, and publishing is yours. What is published cannot be changed, and anybody can check it.']],
  plans: [['做一个方案', 'Make a plan'], ['选一个镇街，几秒钟算出来，和今天的并排看。采用了也能撤回。', 'Choose a town: it is worked out in seconds and stands beside today. What is adopted can be taken back.']],
  settings: [['您管的设置', 'The settings you keep'], ['只有您这个岗位看得到。每一处改动都记下来，以前的还在。', 'Only your post sees them. Each change is on record, and what was before is kept.']],
  posts: [['您是谁', 'Who you are'], ['岗位、语言、深浅色和密码都在这里。岗位不对，找安全管理员。', 'Your posts, language, appearance and password. If a post is wrong, ask the security administrator.']],
  find: [['找什么都行', 'Find anything'], ['单号、地名、单位、拼音首字母、说明里的字，都能找。在电脑上按 Ctrl K。', 'A number, a place, a unit, pinyin initials, words of the help. On a computer press Ctrl K.']],
  help: [['不会就点这里', 'Not sure? Press here'], ['每一间都有说明：做什么用、先做哪三件、遇到事怎么办。这个导览在说明里还能再看。', 'Each room has help: what it is for, what to do first, what to do when. This tour can be taken again from there.']],
}
export const tourSays = {
  name: ['导览', 'Tour'],
  next: ['下一个', 'Next'],
  back: ['上一个', 'Back'],
  done: ['知道了', 'Done'],
  skip: ['不看了', 'Skip'],
} satisfies Record<string, Pair>
export const tourAt = (n: number, of: number): Pair => [`第 ${n} 个，共 ${of} 个`, `${n} of ${of}`]
