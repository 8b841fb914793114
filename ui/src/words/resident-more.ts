// The words of the resident's other pages, which come beside such a page (resident/main.ts): the first visit is not kept waiting by them.
import { teach } from '../words'
import { activities } from './activities'
import { ballots } from './ballots'
import { orgwork } from './orgwork'
import { picture } from './picture'
import { privacy } from './privacy'
import { reports } from './reports'

teach(activities, ballots, privacy, orgwork, reports, picture)
