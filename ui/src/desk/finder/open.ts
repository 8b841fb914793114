import { ref } from 'vue'

/** Grows each time something asks for the finder to open: a telephone has no Ctrl-K. */
export const asked = ref(0)
export const askFinder = () => { asked.value++ }
