import { describe, expect, it } from 'vitest'
import { wordsOf } from '../src/resident/aloud'

const read = (html: string) => {
  const d = document.createElement('main')
  d.innerHTML = html
  return wordsOf(d)
}

describe('reading a page aloud', () => {
  it.each([
    ['in the order of the page', '<h1>收到了</h1><p>请留好查单码</p><button>看进度</button>', ['收到了', '请留好查单码', '看进度']],
    ['each piece once', '<ul><li><h2>小桥站</h2><p>开着，到 <b>18:00</b></p></li></ul><p><a href="/">点单</a></p>', ['小桥站', '开着，到 18:00', '点单']],
    ['without what is drawn or hidden', '<p>电话<span aria-hidden="true">›</span></p><p hidden>不念</p><p class="sr">不念</p><svg><text>不念</text></svg>', ['电话']],
    ['a line of a list that is plain words', '<ul><li>一盏灯</li><li>两盏灯</li></ul>', ['一盏灯', '两盏灯']],
    ['a question with its answers', '<fieldset><legend>灯是什么样</legend><label><input type="radio"><span>一直不亮</span></label></fieldset>', ['灯是什么样', '一直不亮']],
  ])('%s', (_name, html, want) => { expect(read(html)).toEqual(want) })
})
