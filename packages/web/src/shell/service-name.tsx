import { ServiceColors, SERVICE_HUES } from '../model/service-color.ts'
import { storage } from './storage.ts'
import { z } from 'zod'
import styles from './service-name.module.css'

const STORAGE_KEY = 'clew.service-colors'
const stored = z
  .record(
    z.string(),
    z
      .number()
      .int()
      .min(0)
      .max(SERVICE_HUES - 1),
  )
  .catch({})
const colors = new ServiceColors(stored.parse(storage.read(STORAGE_KEY)))
let saving: ReturnType<typeof setTimeout> | undefined

/** The hue of a service, 0 to 19: the token `--service-N`. It stays the same in this browser. */
export function serviceColorIndex(service: string): number {
  const index = colors.indexOf(service)
  saving ??= setTimeout(() => {
    saving = undefined
    storage.write(STORAGE_KEY, colors.entries())
  }, 1000)
  return index
}

/** A service with its colour mark. `detail` follows the name, dimmed. */
export function ServiceName({ name, detail }: { name: string; detail?: string | undefined }) {
  return (
    <span className={styles.service}>
      <span className={styles.mark} style={{ background: `var(--service-${serviceColorIndex(name)})` }} />
      <span className={styles.name}>{name === '' ? 'unknown service' : name}</span>
      {detail !== undefined && <span className={styles.detail}>{detail}</span>}
    </span>
  )
}
