import { useEffect, useImperativeHandle, useRef, type ComponentProps, type Ref } from 'react'
import { usePreferences } from '../shell/preferences.ts'
import { readPalette, type Palette } from './palette.ts'

export interface Surface {
  readonly context: CanvasRenderingContext2D
  /** CSS pixels. */
  readonly width: number
  readonly height: number
  readonly palette: Palette
}

export interface CanvasHandle {
  /** Draws again in the next frame; many calls in a frame draw once. */
  invalidate(): void
  readonly element: HTMLCanvasElement | null
}

/**
 * A canvas that fills its box at the device's pixel ratio and draws outside React: `draw` runs in an animation frame after
 * a resize, a theme change, a new `draw`, or `invalidate()`. Coordinates are CSS pixels. Decorative by itself: the figure
 * around it carries role and text.
 */
export function Canvas({
  draw,
  handle,
  ...rest
}: ComponentProps<'canvas'> & { draw: (surface: Surface) => void; handle?: Ref<CanvasHandle> }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const theme = usePreferences((state) => state.effectiveTheme)
  const painter = useRef<{ invalidate: () => void; draw?: typeof draw; theme: string }>(undefined)
  useImperativeHandle(
    handle,
    () => ({
      invalidate: () => painter.current?.invalidate(),
      get element() {
        return canvas.current
      },
    }),
    [],
  )
  useEffect(() => {
    const element = canvas.current
    const context = element?.getContext('2d')
    if (element === null || context === null || context === undefined) return undefined
    let frame = 0
    let width = 0
    let height = 0
    let ratio = 1
    const paint = (): void => {
      frame = 0
      const job = painter.current
      if (job?.draw === undefined || width === 0 || height === 0) return
      if (element.width !== Math.round(width * ratio)) element.width = Math.round(width * ratio)
      if (element.height !== Math.round(height * ratio)) element.height = Math.round(height * ratio)
      context.setTransform(ratio, 0, 0, ratio, 0, 0)
      context.clearRect(0, 0, width, height)
      job.draw({ context, width, height, palette: readPalette(job.theme) })
    }
    const invalidate = (): void => {
      if (frame === 0) frame = requestAnimationFrame(paint)
    }
    // What it draws is put into it by the effect below.
    painter.current = { theme: '', invalidate }
    const observer = new ResizeObserver(() => {
      width = element.clientWidth
      height = element.clientHeight
      ratio = devicePixelRatio
      invalidate()
    })
    observer.observe(element)
    return () => {
      cancelAnimationFrame(frame)
      observer.disconnect()
      painter.current = undefined
    }
  }, [])
  useEffect(() => {
    if (painter.current === undefined) return
    painter.current.draw = draw
    painter.current.theme = theme
    painter.current.invalidate()
  }, [draw, theme])
  return <canvas ref={canvas} aria-hidden="true" {...rest} />
}
