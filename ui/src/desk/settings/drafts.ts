import { ref } from 'vue'

/** Flows that somebody is writing, by flow: they stay while one looks at other pages. */
export const drafts = ref<Record<string, string>>({})

/** The source under the next number, when its version stands on a line of its own. */
export const renumbered = (source: string, version: number) => source.replace(/^version:[ \t]*\d+/m, 'version: ' + version)
