import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** Whether this system tells what a process has computed; elsewhere the time on the wall is taken. */
export const tellsCpu = existsSync(`/proc/${process.pid}/task/${process.pid}/schedstat`)

/**
 * Milliseconds that processes have computed, all their threads together: what other programs on the
 * machine do at the same time does not count.
 */
export function clockOf(pids: readonly number[]): () => number {
  if (!tellsCpu) return () => performance.now()
  return () => pids.reduce((sum, pid) => sum + computed(pid), 0) / 1e6
}

// https://www.kernel.org/doc/html/latest/scheduler/sched-stats.html#proc-pid-schedstat
function computed(pid: number): number {
  let nanoseconds = 0
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      nanoseconds += Number(
        readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0],
      )
    } catch {
      // a thread that has just ended
    }
  }
  return nanoseconds
}
