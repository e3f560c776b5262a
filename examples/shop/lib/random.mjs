/** Random choices that are the same for the same seed (mulberry32). */
export function createRandom(seed) {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit) => Math.floor(next() * limit)
  return {
    /** From 0 up to 1. */
    next,
    /** A whole number from 0 up to `limit`. */
    below,
    pick: (list) => list[below(list.length)],
    /** One of the entries, as often as its `weight` says. */
    weighted: (list) => {
      let left = next() * list.reduce((sum, entry) => sum + entry.weight, 0)
      return list.find((entry) => (left -= entry.weight) < 0) ?? list.at(-1)
    },
  }
}
