import type { Language, LaunchTarget } from './language.ts'

const PHP = /^(php(\d(\.\d+)?)?|php-fpm(\d(\.\d+)?)?|artisan|symfony|composer|frankenphp|rr)$/

/**
 * PHP: the variables that its SDK and extension read. Whether the extension is loaded only PHP itself knows, so the hint
 * is given once.
 */
export const php: Language = {
  runs: ({ name }) => PHP.test(name),
  launch(target) {
    prepare(target)
    target.notes.push(
      'PHP is instrumented when the extension `opentelemetry` (pecl install opentelemetry) and the packages open-telemetry/sdk and open-telemetry/exporter-otlp are installed',
    )
  },
  prepare,
}

function prepare({ env }: LaunchTarget): void {
  env['OTEL_PHP_AUTOLOAD_ENABLED'] ||= 'true'
}
