import { parentPort } from 'node:worker_threads'

/** A call for a thread. */
export interface Call<Task> {
  readonly id: number
  readonly task: Task
}

/** Its answer. What was thrown comes over as its fields, because a clone of an error has only name and message. */
export type Answer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly thrown: Readonly<Record<string, unknown>> }

/** What a task gave, and which of its buffers move to the caller instead of being copied. */
export interface Result {
  readonly result: unknown
  readonly transfer?: readonly ArrayBuffer[]
}

/** Answers the calls of a `WorkerCalls`; to be called once, in the thread. Calls may be under way at the same time. */
export function answerCalls<Task>(perform: (task: Task) => Result | Promise<Result>): void {
  parentPort?.on('message', ({ id, task }: Call<Task>) => void answer(id, task, perform))
}

async function answer<Task>(id: number, task: Task, perform: (task: Task) => Result | Promise<Result>): Promise<void> {
  try {
    const outcome = perform(task)
    const { result, transfer } = outcome instanceof Promise ? await outcome : outcome
    post({ id, result }, transfer)
  } catch (error) {
    post({ id, thrown: fieldsOf(error) })
  }
}

function post(answer: Answer, transfer: readonly ArrayBuffer[] = []): void {
  parentPort?.postMessage(answer, transfer)
}

/** The plain fields of what was thrown. */
function fieldsOf(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { message: String(error) }
  const plain = Object.entries(error).filter(([, value]) => typeof value === 'string' || typeof value === 'number')
  return { ...Object.fromEntries(plain), name: error.name, message: error.message, stack: error.stack }
}
