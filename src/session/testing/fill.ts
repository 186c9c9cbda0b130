import type { Control, Form } from './forms.ts'

/** What a test puts into a field: for a checkbox or a `select`, the value to choose. */
export type FieldValue = string | File | readonly (string | File)[]

/** What a browser sends for a form. */
export interface Submission {
  readonly entries: readonly [name: string, value: string | File][]
  /** The button that was pressed. */
  readonly button: Control | undefined
}

const buttonTypes = ['submit', 'image', 'button', 'reset']

/**
 * Finds a form.
 *
 * @param which - Its id, name or action; without it, the one form that has all the fields.
 * @throws {Error} When there is none, or more than one.
 */
export function findForm(
  forms: readonly Form[],
  { which, fields, page }: { which: string | undefined; fields: string[]; page: string },
): Form {
  const keys = ['id', 'name', 'action']
  const found = forms.filter((form) =>
    which === undefined
      ? fields.every((name) => form.controls.some((control) => control.name === name))
      : keys.some((key) => form.attributes.get(key) === which),
  )
  const [form, second] = found
  if (form && !second) return form
  const sought =
    which === undefined ? `with the fields ${fields.join(', ') || '(none)'}` : `'${which}'`
  if (second)
    throw new Error(`submit(): ${page} has ${found.length} forms ${sought}: name one with { form }`)
  throw new Error(
    `submit(): ${page} has no form ${sought}, only: ${forms.map(describe).join('; ') || 'none'}`,
  )
}

/**
 * Fills a form in and presses a button: the one that `fields` names, or the first.
 *
 * @throws {Error} When a field is unknown or disabled, or cannot have the value.
 */
export function fillIn(form: Form, fields: Record<string, FieldValue>): Submission {
  const values = new Map(
    Object.entries(fields).map(([name, value]) => [name, [value].flat() as (string | File)[]]),
  )
  for (const [name, chosen] of values) checkField(form, name, chosen)
  const button = buttonOf(form, values)
  const entries: [string, string | File][] = []
  for (const control of form.controls) {
    if (control.disabled || control.name === '') continue
    if (control === button) entries.push([control.name, control.value])
    else if (!buttonTypes.includes(control.type)) {
      for (const value of valuesOf(control, values)) entries.push([control.name, value])
    }
  }
  return { entries, button }
}

function checkField(form: Form, name: string, chosen: readonly (string | File)[]): void {
  const controls = form.controls.filter((control) => control.name === name)
  if (controls.length === 0) {
    throw new Error(`submit(): the form has no field '${name}', only: ${describe(form)}`)
  }
  for (const value of chosen) {
    if (typeof value === 'string' || value instanceof File) continue
    throw new TypeError(`submit(): '${name}' is ${value}: give a string, a File or a list of them`)
  }
  const enabled = controls.filter(({ disabled }) => !disabled)
  if (enabled.length === 0) throw new Error(`submit(): the field '${name}' is disabled`)
  const choices = enabled.flatMap(choicesOf)
  if (enabled.some(isFree)) return
  for (const value of chosen) {
    if (choices.includes(String(value))) continue
    throw new Error(`submit(): '${name}' cannot be '${value}', only: ${choices.join(', ')}`)
  }
}

/** Whether a control takes any value. */
function isFree({ type }: Control): boolean {
  return !['checkbox', 'radio', 'select', ...buttonTypes].includes(type)
}

function choicesOf({ type, value, options }: Control): string[] {
  return type === 'select' ? options.map((option) => option.value) : [value]
}

function buttonOf(form: Form, values: Map<string, (string | File)[]>): Control | undefined {
  const buttons = form.controls.filter(
    ({ type, disabled }) => (type === 'submit' || type === 'image') && !disabled,
  )
  return buttons.find(({ name, value }) => values.get(name)?.includes(value)) ?? buttons[0]
}

/** What a control sends. A list fills the controls of its name one after the other. */
function valuesOf(control: Control, values: Map<string, (string | File)[]>): (string | File)[] {
  const { name, type, value, checked, options, multiple } = control
  const chosen = values.get(name)
  if (type === 'checkbox' || type === 'radio') {
    return (chosen ? chosen.includes(value) : checked) ? [value] : []
  }
  if (type === 'select') {
    return options
      .filter((option) => (chosen ? chosen.includes(option.value) : option.selected))
      .map((option) => option.value)
  }
  if (type === 'file') return chosen?.splice(0, multiple ? chosen.length : 1) ?? [new File([], '')]
  return [chosen?.shift() ?? (chosen ? '' : value)].map(withCrLf)
}

/** Browsers send every line break as CR LF. */
function withCrLf(value: string | File): string | File {
  return typeof value === 'string' ? value.replace(/\r\n?|\n/g, '\r\n') : value
}

function describe({ attributes, controls }: Form): string {
  const name =
    attributes.get('id') ?? attributes.get('name') ?? attributes.get('action') ?? 'a form'
  return `${name} (${controls.map((control) => control.name || `a ${control.type}`).join(', ')})`
}
