type Method = (this: unknown, ...args: unknown[]) => unknown

/** Puts another method in place of one that objects have by themselves or inherit, as Node's own are defined. */
export function replaceMethod(owner: object, name: string, make: (original: Method) => Method): void {
  const original = Reflect.get(owner, name) as Method
  Object.defineProperty(owner, name, { value: make(original), writable: true, configurable: true, enumerable: false })
}

/** Does something to the prototype of the first object that is given to it: classes that are nowhere exported. */
export function oncePerPrototype(change: (prototype: object) => void): (instance: object) => void {
  const changed = new WeakSet<object>()
  return (instance) => {
    const prototype = Object.getPrototypeOf(instance) as object
    if (changed.has(prototype)) return
    changed.add(prototype)
    change(prototype)
  }
}
