import { serverNow } from '../../api'
import { day } from '../../time'
import { t } from '../../words'

/** How a public notice stands: until when, or that its time is over and somebody has to decide. */
export const notice = (until: string, now = serverNow()) => (Date.parse(until) < now ? t('honour.waited') : t('honour.until', day(until)))
