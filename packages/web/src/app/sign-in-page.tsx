import { useEffect, useRef, useState, type SyntheticEvent } from 'react'
import { ClewError, errorMessage } from '@clew/base/errors'
import { useSignIn } from '../api/session.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { TextInput } from '../ui/text-input.tsx'
import { Mark } from './mark.tsx'
import styles from './sign-in-page.module.css'

/** Asks for a token and begins a session with it. */
export function SignInPage() {
  const [token, setToken] = useState('')
  const { send, busy, error } = useSignIn()
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    document.title = 'Sign in · Clew'
    input.current?.focus()
  }, [])
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault()
    if (token.trim() === '') input.current?.focus()
    else if (!busy) send(token.trim())
  }
  return (
    <main className={styles.page}>
      <form className={styles.card} onSubmit={submit} aria-busy={busy}>
        <h1 className={styles.title}>
          <Mark /> Sign in to Clew
        </h1>
        <p className={styles.text} id="sign-in-why">
          This installation asks for a token. It is exchanged for a session cookie and not kept in the page.
        </p>
        <TextInput
          ref={input}
          label="Token"
          type="password"
          name="token"
          icon="key"
          placeholder="clew_…"
          autoComplete="current-password"
          className={styles.input}
          value={token}
          aria-describedby="sign-in-why"
          aria-invalid={error !== null}
          onChange={(event) => setToken(event.target.value)}
        />
        {error !== null && (
          <div className={styles.error} role="alert">
            <Icon name="error" />
            <p>
              {errorMessage(error)}
              {error instanceof ClewError && error.fix !== undefined && <span className={styles.fix}>{error.fix}</span>}
            </p>
          </div>
        )}
        <Button look="primary" type="submit" aria-disabled={busy}>
          {busy ? 'Signing in …' : 'Sign in'}
        </Button>
        <p className={styles.hint}>
          No token yet? Where Clew runs: <code>clew token create {'<name>'} --scope read</code>
        </p>
      </form>
    </main>
  )
}
