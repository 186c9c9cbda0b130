declare module 'bun:sqlite' {
  /** What src/servers/bun.ts uses of Bun's SQLite. */
  export class Database {
    constructor(path: string)
    run(sql: string): unknown
    query(sql: string): { all(...parameters: (string | number)[]): unknown[] }
  }
}
