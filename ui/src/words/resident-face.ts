// The words that the resident's pages say.
import { teach } from '../words'
import { common } from './common'
import { resident } from './resident'
import { around } from './around'
import { activities } from './activities'
import { ballots } from './ballots'
import { privacy } from './privacy'
import { orgwork } from './orgwork'
import { reports } from './reports'
import { picture } from './picture'

teach(common, resident, around, activities, ballots, privacy, orgwork, reports, picture)
