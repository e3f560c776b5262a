/**
 * Writes small programs out of everything that can go wrong when the body of a function is wrapped. A program logs what
 * happens, in order, through `log`, and is the body of a function `(log) => Promise | undefined`.
 */
export function generateProgram(seed: number): string {
  const random = new Random(seed)
  const program = new Program(random)
  return program.text()
}

class Random {
  #state: number
  constructor(seed: number) {
    this.#state = (seed ^ 0x9e3779b9) >>> 0
  }
  /** 0 to n - 1 (mulberry32). */
  below(n: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let t = this.#state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) % n
  }
  chance(percent: number): boolean {
    return this.below(100) < percent
  }
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T
  }
}

interface Kind {
  readonly isAsync: boolean
  readonly isGenerator: boolean
  readonly isArrow: boolean
  readonly isConstructor: boolean
  readonly hasSuper: boolean
  readonly isStrict: boolean
  readonly inLoop: boolean
  readonly params: readonly string[]
}

class Program {
  readonly #random: Random
  #names = 0

  constructor(random: Random) {
    this.#random = random
  }

  text(): string {
    const { chance } = { chance: (n: number) => this.#random.chance(n) }
    const isStrict = chance(40)
    const count = 2 + this.#random.below(4)
    const parts: string[] = []
    for (let index = 0; index < count; index++) parts.push(this.#unit(isStrict, index))
    const directive = isStrict ? `${this.#random.pick(["'use strict'", '"use strict";'])}\n` : ''
    return `${directive}${DRIVER}\nconst tasks = []\n${parts.join('\n')}\nreturn Promise.all(tasks).then(() => log('end'))\n`
  }

  #name(): string {
    return `n${this.#names++}`
  }

  /** A function in some form, and calls of it. */
  #unit(isStrict: boolean, index: number): string {
    const random = this.#random
    const name = `f${index}`
    const isAsync = random.chance(40)
    const isGenerator = random.chance(25)
    const star = isGenerator ? '*' : ''
    const prefix = isAsync ? 'async ' : ''
    const kind = {
      isAsync,
      isGenerator,
      isStrict,
      isArrow: false,
      isConstructor: false,
      hasSuper: false,
      inLoop: false,
    }
    const form = random.below(9)
    if (form === 0 || form === 1) {
      const hoisted = random.chance(50)
      const fn = `${prefix}function ${star}${name}${this.#rest(kind)}`
      return hoisted ? `${this.#drive(name, kind)}\n${fn}` : `${fn}\n${this.#drive(name, kind)}`
    }
    if (form === 2) return `const ${name} = ${prefix}function ${star}${this.#rest(kind)}\n${this.#drive(name, kind)}`
    if (form === 3) {
      const arrow = { ...kind, isGenerator: false, isArrow: true }
      return `const ${name} = ${prefix}${this.#arrow(arrow)}\n${this.#drive(name, arrow)}`
    }
    if (form === 4) {
      const object = `{ tag: 't${index}', ${prefix}${star}${name}${this.#rest(kind)}, get g() ${this.#block({ ...kind, isAsync: false, isGenerator: false }, [])} }`
      return `const o${index} = ${object}\n${this.#drive(`o${index}.${name}`, kind)}\ntasks.push(attempt('get', () => o${index}.g))`
    }
    return this.#classUnit(index, name, kind, prefix, star)
  }

  #classUnit(index: number, name: string, kind: Omit<Kind, 'params'>, prefix: string, star: string): string {
    const random = this.#random
    const inClass = { ...kind, isStrict: true, hasSuper: true }
    const plain = { ...inClass, isAsync: false, isGenerator: false }
    const constructor = { ...plain, isConstructor: true }
    const members = [
      `constructor${this.#rest({ ...constructor, isArrow: false }, 'super(1); ')}`,
      `${prefix}${star}${name}${this.#rest(inClass)}`,
      `static ${prefix}${star}st${this.#rest(inClass)}`,
      random.chance(50) ? `field = ${this.#arrow({ ...plain, isArrow: true })}` : `get p() ${this.#block(plain, [])}`,
      random.chance(40)
        ? `#priv${this.#rest(plain)}\n  callPriv() { return this.#priv(1, 2) }`
        : `set q(v) { log('set', v); throw new RangeError('q' + v) }`,
      random.chance(30) ? `[log('computed') || 'comp'](x) { return x }` : `['lit']() { return super.base?.() }`,
    ]
    return [
      `class Base${index} { constructor(x) { log('base', x, new.target?.name) } base() { return 'b' } static sbase() { return 'sb' } }`,
      `class C${index} extends Base${index} { tag = 'c${index}'\n  ${members.join('\n  ')}\n}`,
      `const i${index} = attempt('new', () => new C${index}(1, 2))`,
      `if (i${index} instanceof C${index}) {`,
      this.#drive(`i${index}.${name}`, kind),
      this.#drive(`C${index}.st`, kind),
      `tasks.push(attempt('p', () => i${index}.p), attempt('q', () => { i${index}.q = 5 }), attempt('f', () => i${index}.field?.(3)), attempt('pr', () => i${index}.callPriv?.()), attempt('lit', () => i${index}.lit?.()))`,
      `}`,
    ].join('\n')
  }

  #drive(
    callee: string,
    { isGenerator, isAsync }: { readonly isGenerator: boolean; readonly isAsync: boolean },
  ): string {
    const args = this.#random.pick(['', '1', '1, 2', '{ id: 7 }, [1, 2], 3', 'undefined, null'])
    const drive = isGenerator ? (isAsync ? 'driveAsyncGenerator' : 'driveGenerator') : 'drive'
    return `describe(${callee}); tasks.push(${drive}(() => ${callee}(${args}), ${this.#random.below(4)}))`
  }

  #params(kind: Omit<Kind, 'params'>): { text: string; names: string[] } {
    const random = this.#random
    const simple = random.chance(55)
    if (simple) {
      const names = ['a', 'b', 'c'].slice(0, random.below(4))
      return { text: names.join(', '), names }
    }
    const choices = [
      { text: "a = log('default') || 4, b", names: ['a', 'b'] },
      { text: '{ id, ...others } = { id: 1 }, b', names: ['id', 'others', 'b'] },
      { text: 'a, ...rest', names: ['a', 'rest'] },
      { text: 'a, [x, y = 5] = [1]', names: ['a', 'x', 'y'] },
      { text: 'a, b = () => a', names: ['a', 'b'] },
    ]
    return random.pick(kind.isAsync && kind.isGenerator ? choices.slice(0, 3) : choices)
  }

  #rest(kind: Omit<Kind, 'params'>, first = ''): string {
    const { text, names } = this.#params(kind)
    return `(${text}) ${this.#block(kind, names, first)}`
  }

  #block(kind: Omit<Kind, 'params'>, params: readonly string[], first = ''): string {
    const directive =
      first === '' && params.length < 3 && !kind.isStrict && this.#random.chance(0) ? "'use strict'\n" : ''
    const early = first !== '' && this.#random.chance(30) ? `log('before super');` : ''
    return `{ ${directive}${early}${first}${this.#statements({ ...kind, params }, 3)} }`
  }

  #arrow(kind: Omit<Kind, 'params'>): string {
    const random = this.#random
    if (random.chance(40)) {
      const body = random.pick([
        '({ a })',
        '(log("arrow"), a)',
        'typeof this',
        'b => [a, b].length',
        kind.isAsync ? 'await a' : '[a, ...[a]]',
        'a ? a : fail(a)',
      ])
      return `${random.chance(50) ? 'a' : '(a, b = 1)'} => ${body}`
    }
    const { text, names } = this.#params(kind)
    return `(${text}) => ${this.#block(kind, names)}`
  }

  #statements(kind: Kind, depth: number): string {
    const lines: string[] = []
    const count = 1 + this.#random.below(depth + 1)
    for (let index = 0; index < count; index++) lines.push(this.#statement(kind, depth))
    return lines.join('\n')
  }

  #statement(kind: Kind, depth: number): string {
    const random = this.#random
    const inner = (): string => this.#statements(kind, depth - 1)
    const inLoop = (): string => this.#statements({ ...kind, inLoop: true }, depth - 1)
    const name = this.#name()
    const choices: (() => string)[] = [
      () => `log('s', ${this.#value(kind)})`,
      () => `let ${name} = ${this.#value(kind)}; log(${name})`,
      () =>
        `var ${random.pick(['v', ...kind.params.filter((p) => !/rest|others/.test(p)), name])} = ${this.#value(kind)}`,
      () => `${this.#pausable(kind)}`,
      () => `return ${this.#value(kind)}`,
      () => (random.chance(40) ? `return` : `log('no return')`),
      () => (random.chance(40) ? `throw new TypeError('t${random.below(9)}')` : `log('no throw')`),
    ]
    if (depth > 0) {
      choices.push(
        () => `if (${this.#value(kind)}) { ${inner()} } else { ${inner()} }`,
        () => `if (${this.#value(kind)})\n  log('alone')\nelse log('other')`,
        () => `for (let i = 0; i < 2; i++) { ${inLoop()} }`,
        () =>
          `lab${name}: for (const i of [1, 2]) { for (const j of [1]) { if (i === 1) continue lab${name}; ${this.#pausable(kind)} } }`,
        () =>
          `try { ${inner()} } catch (e) { log('caught', e?.message); ${inner()} } finally { log('fin'); ${this.#pausable(kind)} }`,
        () => `try { ${inner()} } catch { ${random.chance(50) ? 'log("c")' : `throw new Error('again')`} }`,
        () => `out${name}: try { ${inner()} } finally { log('f'); ${random.chance(30) ? `break out${name}` : ''} }`,
        () => `switch (${this.#value(kind)}) { case 1: log('one'); ${inner()}\n default: ${this.#pausable(kind)} }`,
        () => `function h${name}(q) { return [typeof q, typeof ${random.pick(['v', 'a', name])}] }\nlog(h${name}(1))`,
        () => `log(inner${name}()); function inner${name}() { return 'hoisted' }`,
        () => `{ function blk(z) { return z } log(typeof blk) }`,
        () => `class L${name} { m() { return new.target } }\nlog(new L${name}().m())`,
      )
      if (kind.isAsync) {
        choices.push(
          () => `for await (const w of [1, Promise.resolve(2)]) { log('w', w); ${inLoop()} }`,
          () => `k${name}: for await (const w of stream()) { if (w === 1) continue k${name}; log('w', w) }`,
          () => `if (${this.#value(kind)}) for await (const w of stream()) log(w)\nelse log('not')`,
        )
      }
      if (!kind.isStrict && !kind.isAsync)
        choices.push(
          () => `log(eval('typeof v'))`,
          () => `eval('var ev = 1')`,
        )
    }
    return random.pick(choices)()
  }

  /** An expression statement that may leave the function for a while. */
  #pausable(kind: Kind): string {
    const random = this.#random
    if (kind.isGenerator && random.chance(70)) {
      return random.pick([
        `yield ${this.#value(kind)}`,
        `log('got', yield 5)`,
        `yield`,
        `log('d', yield* ${kind.isAsync ? 'stream()' : '[1, 2]'})`,
      ])
    }
    if (kind.isAsync)
      return random.pick([`await (${this.#value(kind)})`, `log(await tick(${random.below(3)}))`, `await null`])
    if (kind.inLoop && random.chance(20)) return random.pick(['continue', 'break'])
    return `log('x')`
  }

  #value(kind: Kind): string {
    const random = this.#random
    const values = ['1', '0', "'text'", 'null', '[1, 2].length', 'twice(2)', '(() => 3)()', '((1, 2))', '`t${1}`']
    const [param] = kind.params
    if (param !== undefined) values.push(`typeof ${param}`, `${param} === undefined`)
    if (!kind.isConstructor) values.push('typeof this', 'this?.tag')
    if (!kind.isArrow) values.push('arguments.length', 'arguments[0]?.id', 'typeof new.target')
    if (!kind.isArrow && !kind.isStrict && param !== undefined) values.push(`(${param} = 9, arguments[0])`)
    if (kind.hasSuper && !kind.isConstructor && !kind.isArrow)
      values.push('typeof super.base', 'super.base?.()', 'super.sbase?.()')
    if (kind.isConstructor) values.push('new.target.name', 'this.tag')
    if (kind.isAsync)
      values.push('await 6', 'await tick(1)', 'await Promise.reject(new Error("r")).catch((e) => e.message)', 'tick(2)')
    if (kind.isGenerator) values.push('yield 8', '(yield)')
    if (random.chance(6)) return random.pick(['fail(1)', 'undefinedName'])
    return random.pick(values)
  }
}

const DRIVER = `
const tick = async (n) => { for (let i = 0; i < n; i++) await null; return n }
const twice = (n) => n * 2
const fail = (x) => { throw new RangeError('fail' + x) }
async function* stream() { yield 1; await null; yield 2; return 'done' }
const show = (v) => typeof v === 'object' && v !== null ? (v instanceof Error ? v.name + ':' + v.message : Array.isArray(v) ? v.map(show).join() : Object.keys(v).join()) : String(v)
function describe(f) {
  log('fn', f.name, f.length, Object.getPrototypeOf(f)[Symbol.toStringTag], Object.getOwnPropertyNames(f).sort().join(), 'prototype' in f)
}
function attempt(label, run) {
  try { const v = run(); log(label, show(v)); return v } catch (e) { log(label, 'threw', show(e)) }
}
function drive(run) {
  const v = attempt('call', run)
  attempt('construct', () => { const g = run; return typeof g })
  if (v instanceof Promise) {
    log('own', v.constructor === Promise)
    return v.then((r) => log('resolved', show(r)), (e) => log('rejected', show(e)))
  }
}
function driveGenerator(run, how) {
  attempt('gen', () => {
    const g = run()
    log(String(g))
    for (let i = 0; i < 6; i++) {
      const r = i === 3 && how === 1 ? g.return('ret') : i === 2 && how === 2 ? g.throw(new Error('in')) : g.next(i)
      log('step', show(r.value), r.done)
      if (r.done) break
    }
  })
}
async function driveAsyncGenerator(run, how) {
  try {
    const g = run()
    log(String(g))
    if (how === 3) { for await (const v of g) { log('fa', show(v)); if (v === 5) break } return }
    for (let i = 0; i < 6; i++) {
      const p = i === 3 && how === 1 ? g.return('ret') : i === 2 && how === 2 ? g.throw(new Error('in')) : g.next(i)
      log('asked')
      const r = await p
      log('step', show(r.value), r.done)
      if (r.done) break
    }
  } catch (e) { log('agen threw', show(e)) }
}
`
