// What an app takes: the schema belongs to a migration, the sweep to a job.
export { sqlStore } from '../src/session/stores/sql.ts'
