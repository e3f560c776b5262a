import { formatCount, formatItems } from '../../model/format-count.ts'
import { ServiceName } from '../../shell/service-name.tsx'
import { classNames } from '../../ui/class-names.ts'
import { IconButton } from '../../ui/button.tsx'
import { Menu } from '../../ui/menu.tsx'
import type { TraceActions } from './trace-actions.ts'
import type { TraceScene } from './trace-scene.ts'
import { useTraceView } from './trace-view.ts'
import styles from './trace-page.module.css'

const MAX_SHOWN = 12

/** Services with their colours and counts. A click makes one stand out; the menu folds it. */
export function ServiceLegend({ scene, actions }: { scene: TraceScene; actions: TraceActions }) {
  const chosen = useTraceView((state) => state.service)
  const choose = (service: number): void => useTraceView.setState({ service: service === chosen ? -1 : service })
  const { services } = scene
  return (
    <ul className={styles.legend} aria-label="Services">
      {services.slice(0, MAX_SHOWN).map(({ service, name, spanCount, errorCount }) => (
        <li key={service} className={classNames(styles.entry, chosen === service && styles.chosen)}>
          <button
            type="button"
            className={styles.service}
            aria-pressed={chosen === service}
            title={`${name}: ${formatItems(spanCount, 'span')}, ${formatItems(errorCount, 'error')}`}
            onClick={() => choose(service)}
          >
            <ServiceName name={name} detail={formatCount(spanCount)} />
          </button>
        </li>
      ))}
      <li>
        <Menu
          trigger={<IconButton icon="more" label="More about services" />}
          items={services.flatMap(({ service, name }) => [
            { label: `Fold inside ${name}`, icon: 'collapse' as const, run: () => actions.foldService(service) },
            ...(services.length > MAX_SHOWN
              ? [{ label: `Highlight ${name}`, checked: chosen === service, run: () => choose(service) }]
              : []),
          ])}
        />
      </li>
    </ul>
  )
}
