/** localStorage that never throws: private windows and full disks lose preferences, not the page. */
export const storage = {
  read(key: string): unknown {
    try {
      return JSON.parse(localStorage.getItem(key) ?? 'null') as unknown
    } catch {
      return null
    }
  },
  write(key: string, value: unknown): void {
    try {
      localStorage.setItem(key, JSON.stringify(value))
    } catch {
      // A preference that cannot be kept is not worth an error message.
    }
  },
}
