/** What was deployed with the Worker cannot work. The message says what to do, and holds no secret. */
export class ConfigurationError extends Error {
  override name = 'ConfigurationError'
}
