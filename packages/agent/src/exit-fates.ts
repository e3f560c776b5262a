/**
 * What became of a request: the backend has it, it refused it for good, it asked to try again later, nobody listens there, or
 * there was no answer in the time that was left.
 */
export type Fate = 'accepted' | 'refused' | 'later' | 'unreachable' | 'no-answer'

/** The fates as numbers, for memory that threads share: nothing written yet is no answer. */
export const FATES: readonly Fate[] = ['no-answer', 'accepted', 'refused', 'later', 'unreachable']
