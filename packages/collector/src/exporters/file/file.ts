import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ClewError, errorMessage } from '@clew/base/errors'
import type { Batch } from '@clew/otlp/batch'
import { ACCEPTED, ConsumeError, type ConsumeResult } from '@clew/otlp/consumer'
import { protobufToJson } from '@clew/otlp/json/protobuf-to-json'
import type { ComponentContext, Exporter } from '../../core/component.ts'
import { deflate } from '../../kit/compression.ts'
import type { FileConfig } from './config.ts'
import { RotatingFile } from './rotating-file.ts'

const NEWLINE = Buffer.from('\n')

/** Writes each request as one record, in the order in which they come. The sender is answered when it is written. */
export class FileExporter implements Exporter {
  readonly #config: FileConfig
  readonly #context: ComponentContext
  readonly #file: RotatingFile
  #started = false

  constructor(config: FileConfig, context: ComponentContext) {
    this.#config = config
    this.#context = context
    this.#file = new RotatingFile(config, () => new Date(context.clock.unixMillis()))
  }

  async start(): Promise<void> {
    const { path, create_directory, directory_permissions } = this.#config
    try {
      if (create_directory) {
        await mkdir(dirname(path), { recursive: true, mode: Number.parseInt(directory_permissions, 8) })
      }
      await this.#file.open()
      this.#started = true
    } catch (error) {
      throw new ClewError('FILE_EXPORTER', `cannot write ${path}: ${errorMessage(error)}`, {
        fix: create_directory
          ? 'check path and permissions'
          : 'check path and permissions, or set create_directory: true',
        cause: error,
      })
    }
  }

  async consume(batch: Batch): Promise<ConsumeResult> {
    if (!this.#started) throw new ConsumeError('not_running', 'the file is not open', { retryable: true })
    if (batch.itemCount === 0) return ACCEPTED
    try {
      await this.#file.write(await this.#record(batch))
      this.#context.reportStatus('ok')
    } catch (error) {
      this.#context.reportStatus('recoverable-error', errorMessage(error))
      throw new ConsumeError('write_failed', `cannot write ${this.#config.path}: ${errorMessage(error)}`, {
        retryable: true,
        cause: error,
      })
    }
    this.#context.record.stored(batch.signal, batch.pointCount)
    return ACCEPTED
  }

  async shutdown(): Promise<void> {
    this.#started = false
    await this.#file.close()
  }

  /** JSON is a line; protobuf and compressed records have their length in front, four bytes, big-endian. */
  async #record(batch: Batch): Promise<Uint8Array> {
    const { format, compression } = this.#config
    const body = format === 'json' ? protobufToJson(batch) : batch.toProtobuf()
    if (format === 'json' && compression === '') return Buffer.concat([body, NEWLINE])
    const packed = compression === '' ? body : await deflate(body, compression)
    const length = Buffer.alloc(4)
    length.writeUInt32BE(packed.length)
    return Buffer.concat([length, packed])
  }
}
