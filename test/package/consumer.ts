import { execFile, execFileSync } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

/** The repository, where the project's own tools are installed. */
export const root = join(import.meta.dirname, '../..')

/** Where this suite's tools are installed. */
export const toolbox = import.meta.dirname

/** Deno itself: what npm may install is a script of Node, which takes some of Deno's flags for its own. */
export const deno = execFileSync(
  join(root, 'node_modules/.bin/deno'),
  ['eval', 'console.log(Deno.execPath())'],
  { encoding: 'utf8' },
).trim()

/** The commands that run a JavaScript file. */
export const runtimes = {
  'Node 20': [join(toolbox, 'node_modules/node-20/bin/node')],
  'Node 24': [process.execPath],
  Deno: [deno, 'run', '-A'],
  Bun: [join(root, 'node_modules/.bin/bun'), 'run'],
}

/** A project of a user, in its own directory. */
export interface Project {
  readonly directory: string
  /** Writes a file, given as a string or as JSON. */
  write(path: string, content: string | object): Promise<void>
  /** Copies one of the fixtures beside this file. */
  copy(fixture: string): Promise<void>
  remove(): Promise<void>
}

/** What a command printed, and how it ended. */
export interface Outcome {
  readonly code: number
  readonly output: string
}

/** Makes an empty project and installs packages there as a user does, the tarball among them. */
export async function project(...packages: string[]): Promise<Project> {
  const directory = await mkdtemp(join(tmpdir(), 'edge-session-user-'))
  const made: Project = {
    directory,
    async write(path, content) {
      const file = join(directory, path)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content))
    },
    copy: (fixture) => copyFile(join(toolbox, 'fixtures', fixture), join(directory, fixture)),
    remove: () => rm(directory, { recursive: true, force: true }),
  }
  await made.write('package.json', { name: 'user', private: true, type: 'module' })
  const { code, output } = await run(directory, 'npm', 'install', '--prefer-offline', ...packages)
  if (code !== 0) throw new Error(`npm install ${packages.join(' ')} failed:\n${output}`)
  return made
}

/** Runs a command to its end. One that fails is no error here. */
export async function run(cwd: string, command: string, ...flags: string[]): Promise<Outcome> {
  const environment = { ...process.env, NO_COLOR: '1', npm_config_loglevel: 'error' }
  const options = { cwd, env: environment, maxBuffer: 2 ** 26 }
  try {
    const { stdout, stderr } = await promisify(execFile)(command, flags, options)
    return { code: 0, output: stdout + stderr }
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as Partial<Record<string, string | number>>
    return { code: typeof code === 'number' ? code : 1, output: `${stdout}${stderr}` || `${error}` }
  }
}
