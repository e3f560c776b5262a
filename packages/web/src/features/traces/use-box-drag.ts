import { useRef, useState, type PointerEvent } from 'react'

export interface Point {
  readonly x: number
  readonly y: number
}

const CLICK_PX = 4

/**
 * Pointer handling of a chart: hovering, clicking, and dragging a box. Coordinates are CSS pixels in the element. While a
 * box is dragged, `box` has its two corners.
 */
export function useBoxDrag(options: { onBox: (from: Point, to: Point) => void; onClick?: (at: Point) => void }) {
  const [hover, setHover] = useState<Point>()
  const [box, setBox] = useState<readonly [Point, Point]>()
  const from = useRef<Point>(undefined)
  const at = (event: PointerEvent): Point => {
    const bounds = event.currentTarget.getBoundingClientRect()
    return { x: event.clientX - bounds.left, y: event.clientY - bounds.top }
  }
  return {
    hover: box === undefined ? hover : undefined,
    box,
    handlers: {
      onPointerDown(event: PointerEvent) {
        if (event.button !== 0) return
        from.current = at(event)
        event.currentTarget.setPointerCapture(event.pointerId)
      },
      onPointerMove(event: PointerEvent) {
        const point = at(event)
        setHover(point)
        const start = from.current
        if (start !== undefined && (box !== undefined || distance(start, point) > CLICK_PX)) setBox([start, point])
      },
      onPointerUp(event: PointerEvent) {
        const start = from.current
        from.current = undefined
        setBox(undefined)
        if (start === undefined) return
        const point = at(event)
        if (distance(start, point) > CLICK_PX) options.onBox(start, point)
        else options.onClick?.(point)
      },
      onPointerCancel() {
        from.current = undefined
        setBox(undefined)
      },
      onPointerLeave: () => setHover(undefined),
    },
  }
}

const distance = (a: Point, b: Point): number => Math.max(Math.abs(a.x - b.x), Math.abs(a.y - b.y))
