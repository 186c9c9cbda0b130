// What the tests use of Deno and of Bun, whose own types would replace those of Node.

declare namespace Deno {
  function openKv(
    path: string,
  ): Promise<import('../../../src/session/stores/deno-kv.ts').DenoKv & { close(): void }>
}

declare module 'bun:sqlite' {
  export class Database {
    constructor(path: string)
    prepare(statement: string): { all(...parameters: (string | number)[]): unknown[] }
    run(statement: string): void
    close(): void
  }
}
