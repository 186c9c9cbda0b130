/**
 * Waits for an answer, but not for ever. One that comes too late is dropped, as is its failure.
 *
 * @param seconds - How long.
 * @throws {Error} When there is no answer by then.
 */
export async function withDeadline<T>(seconds: number, call: () => Promise<T>): Promise<T> {
  let timer!: ReturnType<typeof setTimeout>
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${seconds} s`)), seconds * 1000)
  })
  try {
    return await Promise.race([call(), late])
  } finally {
    clearTimeout(timer)
  }
}
