import { SERVICE_HUES } from '../model/service-color.ts'

/** The tokens that canvases draw with, as colour text. */
export interface Palette {
  readonly bg: string
  readonly surface: string
  readonly surfaceHover: string
  readonly surfaceSelected: string
  readonly border: string
  readonly borderStrong: string
  readonly gridLine: string
  readonly text: string
  readonly textDim: string
  readonly textFaint: string
  readonly accent: string
  readonly accentWash: string
  readonly error: string
  readonly errorMark: string
  readonly warn: string
  readonly match: string
  readonly critical: string
  readonly criticalOutline: string
  readonly services: readonly string[]
  readonly heat: readonly string[]
  readonly font: string
  readonly fontMono: string
}

const HEAT_STEPS = 6
let cached: { readonly theme: string; readonly palette: Palette } | undefined

/** The tokens of the theme on the screen. Call it after the theme attribute is set (see shell/preferences.ts). */
export function readPalette(theme: string): Palette {
  if (cached?.theme === theme) return cached.palette
  const style = getComputedStyle(document.documentElement)
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim()
  const palette: Palette = {
    bg: token('bg'),
    surface: token('surface'),
    surfaceHover: token('surface-hover'),
    surfaceSelected: token('surface-selected'),
    border: token('border'),
    borderStrong: token('border-strong'),
    gridLine: token('grid-line'),
    text: token('text'),
    textDim: token('text-dim'),
    textFaint: token('text-faint'),
    accent: token('accent'),
    accentWash: token('accent-wash'),
    error: token('error'),
    errorMark: token('error-mark'),
    warn: token('warn'),
    match: token('match'),
    critical: token('critical'),
    criticalOutline: token('critical-outline'),
    services: Array.from({ length: SERVICE_HUES }, (_, index) => token(`service-${index}`)),
    heat: Array.from({ length: HEAT_STEPS }, (_, index) => token(`heat-${index}`)),
    font: token('font'),
    fontMono: token('font-mono'),
  }
  // Before the style sheet has arrived there is nothing worth keeping.
  if (palette.bg !== '') cached = { theme, palette }
  return palette
}
