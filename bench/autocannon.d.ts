/** What is used here of autocannon, which has no types of its own. */
declare module 'autocannon' {
  export default function autocannon(options: {
    url: string
    connections: number
    /** Seconds. */
    duration: number
    /** Sent in turns. */
    requests: { headers: Record<string, string> }[]
  }): Promise<{
    requests: { total: number }
    non2xx: number
    errors: number
    duration: number
  }>
}
