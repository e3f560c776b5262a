import { type ReactNode, useState } from 'react'
import { useMutation } from '@tanstack/react-query'
import { setAgents } from '@clew/contract/agents'
import { callEndpoint } from '@clew/contract/client'
import { announce } from '../../shell/announcer.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Select } from '../../ui/select.tsx'
import { ErrorState } from '../../ui/states.tsx'
import { TextInput } from '../../ui/text-input.tsx'
import { NO_FIELDS, type SettingsFields, settingsFromFields } from './settings-form.ts'
import styles from './agents.module.css'

const DURATIONS = [
  { value: '10m', label: '10 minutes' },
  { value: '1h', label: '1 hour' },
  { value: '24h', label: '1 day' },
  { value: '', label: 'until cleared' },
] as const

const SEVERITIES = ['', 'trace', 'debug', 'info', 'warn', 'error', 'fatal'].map((value) => ({
  value,
  label: value === '' ? 'as it is' : `from ${value} on`,
}))

/** Sets something for a service, or for one of its agents. */
export function SetDialog(props: {
  readonly service: string
  /** Id when it is for one agent only. */
  readonly agent?: string | undefined
  readonly onClose: () => void
  readonly onDone: () => void
}): ReactNode {
  const [service, setService] = useState(props.service)
  const [fields, setFields] = useState<SettingsFields>(NO_FIELDS)
  const [duration, setDuration] = useState<string>('10m')
  const [tried, setTried] = useState(false)
  const put = (patch: Partial<SettingsFields>): void => setFields((before) => ({ ...before, ...patch }))
  const result = settingsFromFields(fields)
  const problem =
    service.trim() === '' ? 'Say for which service; * is all' : 'problem' in result ? result.problem : undefined
  const send = useMutation({
    mutationFn: (settings: object) =>
      callEndpoint(setAgents, {
        service: service.trim(),
        ...(props.agent === undefined ? {} : { agent: props.agent }),
        settings: JSON.stringify(settings),
        ...(duration === '' ? {} : { for: duration }),
      }),
    onSuccess: () => {
      announce('Set; connected agents follow within two seconds')
      props.onDone()
    },
  })
  return (
    <Dialog title={props.agent === undefined ? 'Set for a service' : 'Set for one agent'} open onClose={props.onClose}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          setTried(true)
          if (problem === undefined && 'settings' in result) send.mutate(result.settings)
        }}
      >
        <Field title="Service">
          <TextInput
            label="Service"
            value={service}
            disabled={props.agent !== undefined}
            placeholder="orders, or * for all"
            onChange={(event) => setService(event.target.value)}
          />
        </Field>
        <Field title="Keep, in percent">
          <TextInput
            label="Share of traces to keep, in percent"
            inputMode="decimal"
            placeholder="as it is"
            value={fields.share}
            onChange={(event) => put({ share: event.target.value })}
          />
        </Field>
        <Field title="Traces per second">
          <TextInput
            label="Traces to keep per second"
            inputMode="decimal"
            placeholder="no limit"
            value={fields.perSecond}
            onChange={(event) => put({ perSecond: event.target.value })}
          />
        </Field>
        <Field title="Keep every trace from">
          <TextInput
            label="Keep every trace that takes at least so many milliseconds"
            inputMode="numeric"
            placeholder="milliseconds"
            value={fields.slowMs}
            onChange={(event) => put({ slowMs: event.target.value })}
          />
        </Field>
        <Check label="Keep every failed trace" checked={fields.errors} onChange={(errors) => put({ errors })} />
        <Field title="Log records">
          <Select
            label="Log records that are sent"
            value={fields.minSeverity}
            options={SEVERITIES}
            onChange={(minSeverity) => put({ minSeverity })}
          />
        </Field>
        <Field title="Instrumentations off">
          <TextInput
            label="Instrumentations to switch off, separated by commas"
            placeholder="express, pg"
            value={fields.instrumentationsOff}
            onChange={(event) => put({ instrumentationsOff: event.target.value })}
          />
        </Field>
        <Check label="Take profiles" checked={fields.profile} onChange={(profile) => put({ profile })} />
        <Field title="For">
          <Select label="For how long" value={duration} options={DURATIONS} onChange={setDuration} />
        </Field>
        {tried && problem !== undefined && (
          <p className={styles.problem} role="alert">
            {problem}
          </p>
        )}
        {send.error !== null && <ErrorState error={send.error} />}
        <div className={styles.buttons}>
          <Button onClick={props.onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={send.isPending}>
            Set
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function Field({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactNode {
  return (
    <div className={styles.field}>
      <span aria-hidden="true">{title}</span>
      {children}
    </div>
  )
}

function Check(props: {
  readonly label: string
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
}): ReactNode {
  return (
    <label className={styles.check}>
      <input type="checkbox" checked={props.checked} onChange={(event) => props.onChange(event.target.checked)} />
      {props.label}
    </label>
  )
}
