/** What is used here of autocannon, which has no types of its own. */
declare module 'autocannon' {
  export default function autocannon(options: {
    url: string
    connections: number
    /** Seconds. */
    duration: number
    /** Called for each connection. */
    setupClient(client: { setRequests(inTurns: { headers: Record<string, string> }[]): void }): void
  }): Promise<{
    requests: { total: number }
    non2xx: number
    errors: number
    duration: number
  }>
}
