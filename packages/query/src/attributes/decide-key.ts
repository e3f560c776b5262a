import type { OutputOf, ParsedInputOf } from '@clew/contract/endpoint'
import type { decideKey } from '@clew/contract/keys'
import type { KeysPort } from '../ports.ts'

/** Promotes or demotes a key for a person. Throws ClewError KEY_HAS_COLUMN, KEYS_FULL. */
export async function answerDecideKey(
  { level, key, action }: ParsedInputOf<typeof decideKey>,
  keys: KeysPort,
): Promise<OutputOf<typeof decideKey>> {
  await keys.decide(level, key, action)
  const is = (each: { readonly level: string; readonly key: string }): boolean =>
    each.level === level && each.key === key
  if (keys.usable().some(is)) return { level, key, state: 'promoted' }
  if (keys.promoted().some(is)) return { level, key, state: 'filling' }
  return { level, key, state: keys.retiring().some(is) ? 'retiring' : 'map' }
}
