import { availableParallelism } from 'node:os'

const MIB = 1 << 20

/**
 * The engine's server settings. Its defaults are those of a server that has a machine to itself; here it shares a process, and
 * each of its threads keeps memory and three file descriptors for as long as it lives.
 */
const SERVER_SETTINGS: Readonly<Record<string, number>> = {
  // Old parts are removed by so many threads at once (128), also when a burst of a second is all there is to do.
  max_parts_cleaning_thread_pool_size: 4,
  // Parts are loaded by so many when it starts (64 and 32).
  max_active_parts_loading_thread_pool_size: 16,
  max_outdated_parts_loading_thread_pool_size: 4,
  // Merges: they take whatever is left over, and each rewrites what others are waiting for to be written at all.
  background_pool_size: Math.max(1, availableParallelism() >> 2),
  // Files are read by so many (100).
  threadpool_local_fs_reader_pool_size: Math.max(16, 4 * availableParallelism()),
  // Threads that have nothing to do are kept up to this number (1,000).
  max_thread_pool_free_size: 32,

  // Caches: together they could take half of the machine's memory. The marks of 100 million spans need some tens of MiB.
  mark_cache_size: 256 * MIB,
  index_mark_cache_size: 128 * MIB,
  primary_index_cache_size: 64 * MIB,
  text_index_header_cache_size: 64 * MIB,
  text_index_tokens_cache_size: 64 * MIB,
  text_index_postings_cache_size: 128 * MIB,
  vector_similarity_index_cache_size: MIB,

  // What runs while nothing happens. An insert wakes the merges of its table, so these delays only concern idle tables: how
  // soon each is looked at again (0.1 s and up to 1 s more; it grows from there) …
  background_processing_pool_thread_sleep_seconds_if_nothing_to_do: 2,
  // … also for streaming queries, of which there are none (each table asked every second, for ever) …
  background_streaming_processing_pool_thread_sleep_seconds_if_nothing_to_do: 60,
  background_streaming_processing_pool_thread_sleep_seconds: 600,
  background_streaming_processing_pool_task_sleep_seconds_when_no_work_min: 60,
  // … and how often it reads the memory of the process (20 times a second). Queries have limits of their own.
  memory_worker_period_ms: 1000,
}

/** Arguments for each connection of the embedded engine; the first one's count. */
export function engineArguments(backupDirectory: string): string[] {
  const settings = Object.entries(SERVER_SETTINGS).map(([name, value]) => `--${name}=${value}`)
  // The one place where the engine may write and read backups. It is not made before it is needed.
  return [...settings, `--backups.allowed_path=${backupDirectory}`]
}
