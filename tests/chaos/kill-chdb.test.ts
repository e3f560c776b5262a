import { afterAll, test } from 'vitest'
import { newDataDir, removeDataDirs } from '../clew-process.ts'
import { killUnderLoad, KILLS } from './kill-rounds.ts'

afterAll(removeDataDirs)

test(
  `embedded engine: ${KILLS} × kill -9 under load, every acknowledged span, log record and data point is there once`,
  async () => {
    await killUnderLoad(newDataDir(), 'chdb')
  },
  KILLS * 60_000,
)
