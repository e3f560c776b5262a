/** Right of and below the pointer, or on the other side near an edge. */
export function tipPlace(x: number, y: number, size: { width: number; height: number }): Record<string, number> {
  return {
    ...(x > size.width * 0.6 ? { right: size.width - x + 10 } : { left: x + 12 }),
    ...(y > size.height * 0.5 ? { bottom: size.height - y + 8 } : { top: y + 12 }),
  }
}
