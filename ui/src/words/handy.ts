/** Words of the fields for days and times, and of the page for a wrong address: said on both faces. */
export const handy = {
  'date.choose': ['选日期', 'Choose a day'],
  'date.chooseTime': ['选时间', 'Choose a time'],
  'date.chooseBoth': ['选日期和时间', 'Choose a day and a time'],
  'date.open': ['打开日历', 'Open the calendar'],
  'date.calendar': ['日历', 'Calendar'],
  'date.prev': ['上个月', 'The month before'],
  'date.next': ['下个月', 'The month after'],
  'date.prevYear': ['上一年', 'The year before'],
  'date.nextYear': ['下一年', 'The year after'],
  'date.today': ['今天', 'Today'],
  'date.clear': ['清除', 'Clear'],
  'date.month': (y: number, m: number) => [`${y}年${m}月`, `${['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'][m - 1]} ${y}`],
  'date.week': (i: number) => [['一', '二', '三', '四', '五', '六', '日'][i] ?? '', ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'][i] ?? ''],
} as const
