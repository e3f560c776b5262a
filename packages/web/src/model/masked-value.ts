import { isSecretName, redactText } from '@clew/base/redact'

const MASK = '••••••••'

/**
 * What is shown of a value until somebody asks to see it: dots for a key that secrets go by, and the text without what has the
 * form of a secret. The same text when there is nothing to hide. The value itself is in the page: this is against glances and
 * shared screens, not against readers, who may see everything.
 */
export function maskedText(key: string, text: string): string {
  if (text === '') return text
  return isSecretName(key) ? MASK : redactText(text)
}
