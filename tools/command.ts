/** One command of `cli.ts`. */
export interface Command {
  /** What it does, in one sentence. */
  readonly summary: string
  readonly options: readonly Option[]
  /** Whether everything was as it should be: else the process exits with 1. */
  run(values: Record<string, string>): Promise<boolean>
}

/** An option of a command, always with a value. */
export interface Option {
  readonly name: string
  /** What it sets, with its default. */
  readonly meaning: string
  readonly default: string
}

/** Prints the rows of a table: the first cell on the left, the others on the right of their columns. */
export function tableOf([first = 0, ...others]: readonly number[]) {
  return function row(name: string, ...cells: string[]): void {
    const columns = cells.map((cell, i) => cell.padStart(others[i] ?? others.at(-1) ?? 0))
    console.log(name.padEnd(first) + columns.join(''))
  }
}

/** Lists what went wrong, or says `success`, and returns whether nothing did. */
export function conclude(faults: readonly string[], success: string): boolean {
  for (const fault of faults.slice(0, 50)) console.error(`failed: ${fault}`)
  console.log(faults.length === 0 ? success : `${faults.length} failed`)
  return faults.length === 0
}
