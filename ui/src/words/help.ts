/** The help of the desk: loaded with its page, never with the desk. A pair is [中文, English]. */
export type Pair = readonly [string, string]
/** What one room is for, who does what in it, how to begin, and what to do when something is in the way. */
export interface RoomHelp { what: Pair; who: Pair; first: readonly [Pair, Pair, Pair]; when: readonly (readonly [Pair, Pair])[] }

const daily = {
  queue: {
    what: ['轮到您办的事都在这里，先到期的排在最前面。', 'Everything that waits for you, what runs out first at the top.'],
    who: ['社区看说得清不清楚，交给单位；单位派人；干部去办；办完了，请居民评。每个人只看到自己这一步和自己管的地方。', 'The community checks an order and passes it to a unit; the unit names somebody; the cadre does it; the resident rates it. You see your own step and the places you serve.'],
    first: [
      ['点开最上面一件，看说了什么、在哪里、还剩多少时间。', 'Open the first case: what was said, where, and how much time is left.'],
      ['在「办」的框里填要填的，按绿色的按钮，就交给了下一个人。', 'Fill in what the box asks and press the green button: it goes to whoever is next.'],
      ['常用的条件起个名字存下来，下次一点就是。', 'Give filters that you use often a name and save them; next time one press is enough.'],
    ],
    when: [
      [['不归我办', 'It is not ours'], ['按「退回」或「转给别的单位」，写一句为什么。时间接着走，所以请早退。', 'Return it or transfer it, with a line that says why. The clock runs on, so do it early.']],
      [['要等料、等天气、等居民在家', 'It has to wait for parts, weather or somebody at home'], ['按「暂停」，写明原因。时限停下来，居民看得到原因。', 'Suspend it with the reason. The clock stops, and the resident sees why.']],
      [['说刚才有人先办了一步', 'It says that somebody acted just before'], ['页面已经换成最新的，看一眼再办。您写的还在。', 'The page has been renewed. Look at it and try again; what you wrote is kept.']],
      [['要打居民的电话', 'You need to ring the resident'], ['在「联系」里按「看」，写明理由。谁看的、为什么，居民看得到。', 'Under Contact ask to see it and say why. The resident sees who looked, and the reason.']],
      [['要交一份表给别人', 'Somebody needs a list'], ['先用条件挑好，再按「导出」。称呼和电话只有头尾，导出会记下来。', 'Choose with the filters, then export. Names and telephones are masked, and the copy is on record.']],
    ],
  },
  new: {
    what: ['接到电话、走访碰到的事，替居民记下来，和居民自己点的单一样走。', 'What comes by telephone or is found on a walk, written down for the resident; it runs like any order.'],
    who: ['社区、单位和网格员都能记。热线、隐患、矛盾、文明劝导各有一种。', 'Clerks, units and grid workers. Hotline calls, hazards, disputes and civility each have a kind of their own.'],
    first: [['先选是哪一类，再选事项。', 'Choose the kind, then the service.'], ['在地图上点出地方，说清楚是什么事。', 'Point at the place on the map and say what it is.'], ['记完把查单码告诉居民，凭它查进度、评价。', 'Give the resident the code: it shows how things go, and lets them rate.']],
    when: [
      [['有火、有人受伤、闻到煤气', 'Fire, somebody hurt, or gas'], ['先打 119、120、110，再来记。', 'Ring 119, 120 or 110 first and write it down afterwards.']],
      [['别人好像报过了', 'It seems to be reported already'], ['页面会列出附近相似的件；是一回事就不用再记，到那一件里看。', 'Similar open cases near by are shown; when it is the same matter, go to that one.']],
      [['居民不肯留电话', 'The resident leaves no number'], ['不填也能办，凭查单码查。', 'It works without: the code is enough.']],
    ],
  },
  places: {
    what: ['街道、社区、网格、小区、楼栋的底册，各级怎么套在一起。', 'Subdistricts, communities, grids, compounds and buildings, and how they nest.'],
    who: ['谁都能看。改由系统管理员用表格导入。', 'Everybody may look; the system administrator changes it by importing a sheet.'],
    first: [['按名字找，或者一级级点开。', 'Search by name, or open one level after another.'], ['点一个地方，看它在地图上的位置。', 'Choose a place to see it on the map.'], ['从那里去看这个地方的件和统计。', 'Go on to its cases and figures.']],
    when: [
      [['楼栋找不到', 'A building is missing'], ['换个叫法或只写号试试；真没有，告诉系统管理员。', 'Try another name or the number alone; if it is not there, tell the system administrator.']],
      [['网格画错了', 'A grid is drawn wrong'], ['请系统管理员在台账里改，正在办的件不受影响。', 'Ask the system administrator; open cases are not affected.']],
    ],
  },
  stats: {
    what: ['响应、解决、满意、按期四个率，都写着分子和分母。', 'Response, resolution, satisfaction and on time, each with numerator and denominator.'],
    who: ['比单位、比步骤，不比人，更不比居民。', 'Units and steps are compared, never people, least of all residents.'],
    first: [['选地方和日期。', 'Choose a place and dates.'], ['看每个率数的是哪些件。', 'See which cases each rate counts.'], ['往下一级看，哪里慢了去问问。', 'Go one level down, and ask where it is slow.']],
    when: [
      [['写着「件数太少」', 'It says that there are too few'], ['不到 30 件不比，过些日子再看。', 'Below 30 nothing is compared; look again later.']],
      [['和别处的数对不上', 'It differs from another figure'], ['先看时间段和分母是不是一样。', 'Compare the period and the denominator first.']],
    ],
  },
  picture: {
    what: ['一页看全区：多少件停在哪一步、几成按时、哪里超时、近来多了什么。', 'The district on one page: how many stand at each step, how much is in time, where it is overdue, what has grown.'],
    who: ['区和街道的负责人、督办、社区都看同一张，范围各按岗位。', 'Leaders, supervisors and communities see the same page, each as far as their post reaches.'],
    first: [['先看五颗珠子，哪一步积得多。', 'Begin with the five beads: where do cases pile up.'], ['点任何一个数，看它数的是哪些件。', 'Press any figure to see its cases.'], ['开会时按「大屏」，一屏只说一件事。', 'For a meeting open the large screen: one idea at a time.']],
    when: [
      [['某个社区红了一片', 'One community is full of overdue cases'], ['点进去看卡在哪个单位、哪一步，再督办。', 'Open it: which unit and which step is it? Then supervise.']],
      [['数和昨天差很多', 'The figure jumped overnight'], ['看旁边的时间和分母，再点开看记录。', 'Look at its time and denominator, then at its records.']],
    ],
  },
  map: {
    what: ['在办的件都落在地图上，一眼看出哪里集中。', 'Open cases on the map: where they gather is seen at once.'],
    who: ['看到的是您管的地方。', 'You see the places that you serve.'],
    first: [['放大到您的网格。', 'Zoom in to your grid.'], ['点带数字的菱形，列出那里的件。', 'Press a diamond with a number to list its cases.'], ['用条件挑好，把网址发给同事，他看到的是同一张图。', 'Choose filters and send the address to a colleague: it opens the same view.']],
    when: [
      [['地图是空的', 'The map is empty'], ['看看是不是条件挑窄了，去掉条件再看。', 'The filters may be too narrow; clear them.']],
      [['点不中', 'A point is hard to hit'], ['用键盘：Tab 到旁边的列表，上下选。', 'Use the keyboard: Tab to the list beside it.']],
    ],
  },
  rounds: {
    what: ['巡查、走访、班前检查：该看的地方看一遍，看出问题自动成一件。', 'Rounds, visits, checks before a shift: what has to be looked at, and what is wrong becomes a case by itself.'],
    who: ['网格员和值班的人去走；社区和督办看有没有漏。记的是地方和时间，不记人走的路线。', 'Grid workers and those on duty walk; clerks and supervisors see what was missed. Place and time are kept, never the way somebody walked.'],
    first: [['打开「今天」，按走路的次序一处处来。', 'Open Today: the places stand in walking order.'], ['一项项勾，不对的写一句、拍一张。', 'Tick each item; for what is wrong write a line and take a photo.'], ['送出。没有网也能记，有网了自己送。', 'Send it. Without a network it is kept and sent later.']],
    when: [
      [['今天去不了', 'You cannot go today'], ['告诉社区，由别人顶；漏了会记成漏，不会扣到人头上。', 'Tell the community so that another goes; a missed round is counted for the place, not for a person.']],
      [['看到马上有危险', 'You see immediate danger'], ['先打 119 或 110，再勾「紧急」。', 'Ring 119 or 110 first, then mark it urgent.']],
      [['走访的老人不愿意再来', 'Somebody no longer wants visits'], ['在「走访」里撤回同意，当天就停。', 'Withdraw the consent under Care visits; visits stop that day.']],
    ],
  },
  activities: {
    what: ['把活动办起来：谁能报名、来多少人、谁来帮忙、用哪个场地。', 'Activities: who may sign up, how many, who helps, and where.'],
    who: ['社区和单位写活动；居民和志愿者凭报名码来。志愿者不领酬，也不排名。', 'Communities and units write them; residents and volunteers come with a code. Volunteers are neither paid nor ranked.'],
    first: [['写一个活动：名称、时间、地方、人数。', 'Write one: title, time, place, how many.'], ['公开，居民就能报名。', 'Open it, and residents can sign up.'], ['当天用签到码签到，结束后关上。', 'Check people in with the code of the day, and close it afterwards.']],
    when: [
      [['人满了', 'It is full'], ['后来的自动排队，有人退就递补，不用您管。', 'Later ones wait in line and move up by themselves.']],
      [['下雨要取消', 'Rain: it has to be called off'], ['按「取消」写原因，报名的人都会看到。', 'Cancel with the reason; everybody who signed up sees it.']],
    ],
  },
  works: {
    what: ['老旧小区改造、修路、装电梯：建了什么、换了什么、拆了什么，每个数都有出处。', 'Renewal, roads, lifts: what was built, replaced, removed, every figure with its source.'],
    who: ['社区、单位登记；公开后人人能看。', 'Communities and units enter them; once published anybody may look.'],
    first: [['登记一个工程，或者导入一张登记册。', 'Enter a work, or import a register.'], ['按阶段写进展，附前后照片。', 'Tell its stages, with photos before and after.'], ['核对好了再公开。', 'Check it, then publish.']],
    when: [
      [['提示同一个数说了两遍', 'It says that a figure is told twice'], ['比一比两处，是同一个就合，不是就说明。', 'Compare both: join them when they are one, else say so.']],
      [['合计对不上', 'The totals do not add up'], ['整份都不收。按提示改那一行再试。', 'Nothing is taken. Correct the row that is named and try again.']],
    ],
  },
  indicators: {
    what: ['目标怎么分下去、加回来对不对、照现在的速度年底到哪里。', 'How targets are split, whether they add up again, and where the present pace leads.'],
    who: ['督办定目标、分解；各单位填自己的数。', 'Supervisors set and split them; each unit enters its own values.'],
    first: [['打开一个目标，看分给了谁。', 'Open a target and see who holds which part.'], ['填本期的数，写出处。', 'Enter the value of this period with its source.'], ['看预警：哪些照现在的速度到不了。', 'Look at the alerts: what will not be reached at this pace.']],
    when: [
      [['分下去的加起来不等于总数', 'The parts do not make the whole'], ['系统不收。改到相等为止，末位的差可以让它自己摊。', 'It is refused. Change it until it fits; the last remainder can be spread for you.']],
      [['安全指标超了一个', 'One safety limit is passed'], ['安全是限值，不能和别处相抵，一处超就是没过。', 'A limit is not balanced by others: one over it fails the whole.']],
    ],
  },
  ballots: {
    what: ['小区的事大家定：提议题、投票、公示、评先进。', 'What a compound decides together: proposals, votes, notices, awards.'],
    who: ['社区发起和收尾；居民一人一票，不记名。', 'The community opens and concludes; residents vote, one each, in secret.'],
    first: [['提一个议题，写清楚选什么。', 'Propose, and say plainly what is chosen between.'], ['给没有账号的人印投票码。', 'Print codes for those without an account.'], ['截止以后看结果，写怎么办，再公示。', 'After the close read the result, write what follows, and publish.']],
    when: [
      [['有人说没收到码', 'Somebody had no code'], ['查他家的电话有没有发过；发过的不能再发。', 'See whether one went to that telephone; a second is not given.']],
      [['上榜的人反悔了', 'Somebody on the board changes their mind'], ['随时可以撤回，马上下榜。', 'They may withdraw at any time, and leave the board at once.']],
    ],
  },
  orgs: {
    what: ['谁管什么、管到哪里、有哪些岗、承诺了什么。', 'Who is there for what, how far, with which posts and pledges.'],
    who: ['系统管理员管机构，安全管理员定岗；大家都能查。', 'The system administrator keeps organisations, the security administrator posts; everybody may look.'],
    first: [['按名字找到单位。', 'Find the organisation.'], ['看它的岗位和在办的件。', 'See its posts and what it has in hand.'], ['看承诺兑现了没有。', 'See whether its pledges were kept.']],
    when: [
      [['人调走了', 'Somebody moved on'], ['请安全管理员把岗位止到那一天，手里的件先转出去。', 'Ask the security administrator to end the post that day, and pass on the cases first.']],
      [['单位改了名字', 'An organisation has a new name'], ['请系统管理员改；以前的记录仍写当时的名字。', 'Ask the system administrator; older records keep the name of their time.']],
    ],
  },
  registers: {
    what: ['各单位自己记的账：培训、检查、服务、到社区报到。', 'What organisations keep of their own work: training, inspections, services, reporting in.'],
    who: ['社区和单位记自己的；上级只看数。', 'Communities and units keep their own; those above read the figures.'],
    first: [['选一本账。', 'Choose a register.'], ['记一条，附照片或件号。', 'Write an entry, with photos or the number of a case.'], ['多的用表格导入。', 'Bring many in as a sheet.']],
    when: [
      [['记错了', 'An entry is wrong'], ['更正会写成新的一版，旧的还在。', 'Correct it: a new version is made, and the former one stays.']],
      [['别的单位的看不见', 'You do not see another unit’s entries'], ['有的账只有本单位能看，这是规定。', 'Some registers are for their own unit alone, by rule.']],
    ],
  },
  reports: {
    what: ['一期简报，每个数都能点开看到它数的记录，还能核验没被改过。', 'A bulletin whose every figure opens to its records, and which anyone can check.'],
    who: ['社区、单位、督办起草；督办和领导发布；谁都能核验。', 'Communities, units and supervisors draft; supervisors and leaders publish; anybody verifies.'],
    first: [['出一期：选模板、地方、时间。', 'Issue one: template, place, period.'], ['把每个数点一遍，看记录对不对。', 'Press each figure and look at its records.'], ['没有错再发布。', 'Publish when it is right.']],
    when: [
      [['发布以后记录变了', 'Records changed after publishing'], ['发布的不改，旁边会写现在差多少。', 'What is published stands; it says beside what differs now.']],
      [['发现写错了', 'Something is wrong in it'], ['草稿可以作废；发布了的出更正的一期。', 'Discard a draft; for a published one issue a correction.']],
      [['要纸的', 'You need paper'], ['按「导出」，或者用浏览器打印，版面是排好的。', 'Take a copy, or print from the browser: the sheet is laid out for it.']],
    ],
  },
  plans: {
    what: ['网格怎么划、驿站放哪里、人怎么排，先算再定。', 'How to draw grids, where to put stations, how to share people out: worked out before it is decided.'],
    who: ['规划人员做方案；领导和督办看、比。', 'Planners make plans; leaders and supervisors look and compare.'],
    first: [['新做一个方案，选要算什么。', 'Make a plan and choose what is worked out.'], ['看图和差距，改条件再算。', 'See the map and the spread, change conditions, work it out again.'], ['比好了再采用。', 'Compare, then adopt.']],
    when: [
      [['算很久', 'It takes long'], ['可以关掉这一页，算好了在列表里。', 'You may leave the page; it will stand in the list.']],
      [['采用以后不合适', 'An adopted plan does not fit'], ['撤回，网格回到原来的样子。', 'Take it back: the grids return to what they were.']],
    ],
  },
  sheets: {
    what: ['台账在 Excel 里填好再传回来，先核对，没有错才写入。', 'Registers filled in with Excel and sent back; checked first, written only when right.'],
    who: ['能写哪本台账，就能导哪本。', 'Whoever may write a register may import it.'],
    first: [['选一张表，下载模板。', 'Choose a sheet and take its template.'], ['填好传上来，看每一行的话。', 'Fill it in, send it, read what is said of each row.'], ['没有错再写入。', 'Write it when nothing is wrong.']],
    when: [
      [['导错了', 'The wrong file went in'], ['30 天内在「以前导入的」里撤销。', 'Undo it within 30 days under former imports.']],
      [['电话变成了星号', 'Telephones show stars'], ['没改的星号传回来不会覆盖原来的。', 'Stars that come back unchanged overwrite nothing.']],
    ],
  },
  privacy: {
    what: ['居民要看、要改、要删自己的信息，在这里答复。', 'Requests of people to see, correct or erase what is kept about them.'],
    who: ['社区答复自己的；安全管理员看全区。', 'Communities answer their own; the security administrator sees the district.'],
    first: [['先到期的先办。', 'Begin with what is due first.'], ['核实是不是本人。', 'Make sure that it is the person.'], ['照办或写明为什么不能。', 'Do it, or say why it cannot be.']],
    when: [
      [['要删的件还没办完', 'The case is still open'], ['办完再删，先把这一点告诉本人。', 'It is erased after it ends; tell the person so.']],
      [['快到 15 个工作日', 'The 15 working days are nearly over'], ['今天就答复；还办不了的写明哪天办。', 'Answer today; for what is left say by which day.']],
    ],
  },
} satisfies Record<string, RoomHelp>

const keeping = {
  flows: {
    what: ['一件事怎么走：哪些步骤、谁来办、多久办完。', 'How a matter goes: its steps, who takes them, and by when.'],
    who: ['系统管理员。改了是新的一版，正在办的件不变。', 'The system administrator. A change is a new version; open cases keep theirs.'],
    first: [['打开一个流程，看它画出来的样子。', 'Open a flow and see it drawn.'], ['改几行，旁边的话会说对不对。', 'Change lines; the words beside say whether it is right.'], ['编一件事走一遍，再发布。', 'Play a made-up case, then publish.']],
    when: [
      [['发布不了', 'It cannot be published'], ['照每行旁边的话改，没有错误就能发。', 'Do what stands beside each line; without errors it can.']],
      [['新的一版有问题', 'The new version is wrong'], ['在「版本」里把以前的再发布一次。', 'Publish a former version again.']],
    ],
  },
  menu: {
    what: ['居民能点的服务，次序就是居民看到的次序。', 'What residents can order, in the order they see it.'],
    who: ['系统管理员。', 'The system administrator.'],
    first: [['看一遍名字，居民读不读得懂。', 'Read the names: would a resident understand them.'], ['表单只问用得着的。', 'Ask in forms only what is needed.'], ['不开的先关上，不要删。', 'Switch off what is closed; do not remove it.']],
    when: [[['想暂停一项服务', 'A service pauses'], ['关掉就行，正在办的不受影响。', 'Switch it off; open cases go on.']]],
  },
  routing: {
    what: ['一单先想到交给哪个单位。', 'To which unit an order is proposed.'],
    who: ['系统管理员定；社区可以改交别的单位。', 'The system administrator sets it; the community may choose another.'],
    first: [['写一条规则。', 'Write a rule.'], ['用过去的件试，看多少会变。', 'Try it on past cases: how many would change.'], ['满意再存。', 'Save when it is right.']],
    when: [[['总有件交错单位', 'Orders keep going to the wrong unit'], ['看这件旁边写的是哪条规则，改那一条。', 'The case says which rule it was: change that one.']]],
  },
  accounts: {
    what: ['谁能登录、在哪里有什么岗、到哪天。', 'Who can sign in, with which post, where, until when.'],
    who: ['安全管理员。自己的岗不能自己给。', 'The security administrator; never their own posts.'],
    first: [['建账号，把一次性密码当面告诉本人。', 'Make an account and tell its one-time password face to face.'], ['安排岗位，写起止日期。', 'Give a post with its dates.'], ['人走了，当天停用。', 'When somebody leaves, disable it that day.']],
    when: [
      [['忘了密码', 'A password is forgotten'], ['先核实是本人，再给新的一次性密码。', 'Make sure who it is, then give a new one-time password.']],
      [['手机丢了', 'A telephone is lost'], ['在账号里结束全部登录。', 'End all sign-ins of the account.']],
    ],
  },
  system: {
    what: ['办公时间、节假日、紧急的字、点单的上限、往外通知。', 'Office hours, holidays, emergency words, limits, notices to other systems.'],
    who: ['系统管理员。', 'The system administrator.'],
    first: [['年底前把明年的节假日填好，时限按它算。', 'Enter next year’s holidays before the year ends: clocks count by them.'], ['看紧急的字全不全，用本地的说法。', 'Read the emergency words, in local speech too.'], ['看有没有没送到的通知。', 'See what was not delivered.']],
    when: [[['通知没送到', 'A notice was not delivered'], ['看对方的地址和回话，修好了再送一次。', 'Look at the address and the answer, then send it again.']]],
  },
  audit: {
    what: ['谁、什么时候、办了什么、看了什么，一条不少，改不了。', 'Who did and saw what, and when: nothing left out, nothing changed.'],
    who: ['审计员。只看，不改；自己导出也记在里面。', 'The auditor, who reads and changes nothing; copies are on record too.'],
    first: [['按人、件、日子找。', 'Search by person, object, day.'], ['看谁看过遮住的信息，理由说得通不通。', 'See who looked at masked data, and whether the reasons hold.'], ['看最近一次封存是哪天。', 'See when it was last sealed.']],
    when: [[['怀疑有人动过记录', 'You suspect that records were changed'], ['请运维跑一遍核验，改过、少了、截断都查得出。', 'Have the ledger verified: changes, gaps and cuts are found.']]],
  },
  me: {
    what: ['您的岗位、语言、深浅色、密码和退出。', 'Your posts, language, appearance, password, signing out.'],
    who: ['只有您自己看得到。', 'You alone see it.'],
    first: [['看岗位对不对，不对找安全管理员。', 'See whether your posts are right; else ask the security administrator.'], ['选语言和深浅色。', 'Choose language and appearance.'], ['用别人的电脑，用完退出。', 'Sign out on a computer that is not yours.']],
    when: [[['觉得有人用了我的账号', 'Somebody may have used your account'], ['马上改密码，别处的登录会全部结束。', 'Change your password: all other sign-ins end.']]],
  },
} satisfies Record<string, RoomHelp>

export const help = { ...daily, ...keeping }
export type HelpRoom = keyof typeof help

/** What the help pages themselves say. */
export const says = {
  lead: ['每一页是做什么的、先做哪三件、遇到事怎么办。', 'What each room is for, the first three things to do, and what to do when something is in the way.'],
  what: ['做什么用', 'What it is for'],
  who: ['谁做什么', 'Who does what'],
  first: ['先做这三件', 'The first three things'],
  when: ['遇到这些事', 'What to do when'],
  go: ['打开这一页', 'Open the page'],
  all: ['全部说明', 'All help'],
  yours: ['您用得着的', 'The rooms you use'],
  tour: ['再看一遍导览', 'Take the tour again'],
  none: ['没有这一页说明，从下面选一间。', 'There is no such help page. Choose a room below.'],
  find: ['找不到？点「找」打几个字，说明里的话也找得到。', 'Not here? Use Find and type a few words: help is searched too.'],
} satisfies Record<string, Pair>
