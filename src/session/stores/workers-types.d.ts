/** What `SessionObject` uses of Cloudflare's base class, for checkers that lack Workers' types. */
export declare class DurableObject {
  protected ctx: {
    readonly storage: {
      readonly kv: {
        get<Value>(key: string): Value | undefined
        put(key: string, value: unknown): void
      }
      getAlarm(): Promise<number | null>
      setAlarm(time: number): Promise<void>
      deleteAlarm(): Promise<void>
      deleteAll(): Promise<void>
    }
  }
  alarm?(): void | Promise<void>
}
