import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A certificate for `localhost` that signs itself, as the programs of these tests find it. */
export interface TestCertificate {
  readonly env: Readonly<Record<string, string>>
  readonly remove: () => void
}

/** Makes one that is valid for two days. */
export function makeCertificate(): TestCertificate {
  const folder = mkdtempSync(join(tmpdir(), 'clew-certificate-'))
  const [key, cert] = [`${folder}/key.pem`, `${folder}/cert.pem`]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert]
  execFileSync('openssl', [...made, ...subject], { stdio: 'ignore' })
  return {
    env: { TEST_KEY: key, TEST_CERT: cert, NODE_EXTRA_CA_CERTS: cert },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
