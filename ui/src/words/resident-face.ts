// The words that the resident's first pages say: the door, what one orders, how it goes, what is around.
import { teach } from '../words'
import { around } from './around'
import { common } from './common'
import { front } from './front'
import { handy } from './handy'
import { resident } from './resident'

teach(common, resident, around, front, handy)
