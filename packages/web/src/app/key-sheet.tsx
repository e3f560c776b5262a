import { allCommands, type Command } from '../shell/commands.ts'
import { Dialog } from '../ui/dialog.tsx'
import { Kbd } from '../ui/kbd.tsx'
import styles from './key-sheet.module.css'

/** All hotkeys that work now, from the command registry. */
export function KeySheet({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog title="Keys" open={open} onClose={onClose}>
      {open && <Sections commands={allCommands().filter((command) => command.hotkey !== undefined)} />}
    </Dialog>
  )
}

function Sections({ commands }: { commands: readonly Command[] }) {
  const sections = [...new Set(commands.map((command) => command.section))]
  return (
    <div className={styles.sections}>
      {sections.map((section) => (
        <section key={section}>
          <h3 className={styles.heading}>{section}</h3>
          <dl className={styles.list}>
            {commands
              .filter((command) => command.section === section)
              .map((command) => (
                <div key={command.id} className={styles.row}>
                  <dt>{command.title}</dt>
                  <dd>
                    <Kbd keys={command.hotkey ?? ''} />
                  </dd>
                </div>
              ))}
          </dl>
        </section>
      ))}
    </div>
  )
}
