const BYTE_UNITS = new Set(['By', 'KiBy', 'MiBy', 'GiBy'])

/** Tick distances that read well in the unit: powers of two for bytes; undefined where tens do. */
export function axisIncrements(unit: string): number[] | undefined {
  const base = unit.endsWith('/s') ? unit.slice(0, -2) : unit
  if (!BYTE_UNITS.has(base)) return undefined
  return Array.from({ length: 50 }, (_, power) => 2 ** power)
}

/** Bottom and top of the value axis: from zero (or below for negative values), never empty. */
export function valueRange(min: number | null, max: number | null): [number, number] {
  const low = Math.min(0, min ?? 0)
  const high = Math.max(0, max ?? 0)
  if (high === low) return [0, 1]
  const margin = (high - low) * 0.06
  return [low < 0 ? low - margin : 0, high > 0 ? high + margin : 0]
}
