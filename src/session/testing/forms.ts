import { type Token, tokenize } from './html.ts'

/** An element of a form that has a value. */
export interface Control {
  readonly name: string
  /** As in HTML: `text`, `hidden`, `checkbox`, `submit`, `textarea`, `select` … */
  readonly type: string
  /** What it sends if it is sent; for a `select`, its options have that. */
  readonly value: string
  /** Whether a checkbox or a radio button is checked. */
  readonly checked: boolean
  readonly disabled: boolean
  readonly options: readonly Option[]
  readonly multiple: boolean
  readonly attributes: ReadonlyMap<string, string>
}

interface Option {
  readonly value: string
  readonly selected: boolean
}

/** A form, as a browser finds it in a page. */
export interface Form {
  readonly attributes: ReadonlyMap<string, string>
  readonly controls: readonly Control[]
}

type Opening = Extract<Token, { type: 'open' }>

/** Lists the forms of a page. */
export function formsIn(html: string): Form[] {
  return new PageReader().read(tokenize(html))
}

interface Draft extends Form {
  readonly controls: Control[]
}

class PageReader {
  readonly #forms: Draft[] = []
  /** Controls that name their form by its id. */
  readonly #detached: [form: string, control: Control][] = []
  #current: Draft | undefined
  #disabledDepth = 0
  #templateDepth = 0
  readonly #fieldsets: boolean[] = []

  read(tokens: Token[]): Form[] {
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i] as Token
      if (token.type === 'open') this.#open(token, tokens, i)
      else if (token.type === 'close') this.#close(token.name)
    }
    for (const [id, control] of this.#detached) {
      const form = this.#forms.find(({ attributes }) => attributes.get('id') === id)
      form?.controls.push(control)
    }
    return this.#forms
  }

  #open(token: Opening, tokens: Token[], at: number): void {
    if (token.name === 'template') this.#templateDepth++
    if (this.#templateDepth > 0) return
    if (token.name === 'form' && !this.#current) {
      this.#current = { attributes: token.attributes, controls: [] }
      this.#forms.push(this.#current)
    }
    if (token.name === 'fieldset') {
      this.#fieldsets.push(token.attributes.has('disabled'))
      if (token.attributes.has('disabled')) this.#disabledDepth++
    }
    const control = controlOf(token, tokens.slice(at + 1), this.#disabledDepth > 0)
    if (control) this.#add(control)
  }

  #close(name: string): void {
    if (name === 'template' && this.#templateDepth > 0) this.#templateDepth--
    if (this.#templateDepth > 0) return
    if (name === 'form') this.#current = undefined
    if (name === 'fieldset' && this.#fieldsets.pop()) this.#disabledDepth--
  }

  #add(control: Control): void {
    const owner = control.attributes.get('form')
    if (owner !== undefined) this.#detached.push([owner, control])
    else this.#current?.controls.push(control)
  }
}

function controlOf(token: Opening, rest: Token[], isDisabled: boolean): Control | null {
  const { name: element, attributes } = token
  if (!['input', 'textarea', 'select', 'button'].includes(element)) return null
  const type = (attributes.get('type') ?? '').toLowerCase()
  const isToggle = element === 'input' && (type === 'checkbox' || type === 'radio')
  return {
    name: attributes.get('name') ?? '',
    type: typeOf(element, type),
    value:
      element === 'textarea' ? textOf(rest) : (attributes.get('value') ?? (isToggle ? 'on' : '')),
    checked: isToggle && attributes.has('checked'),
    disabled: isDisabled || attributes.has('disabled'),
    options: element === 'select' ? optionsIn(rest, attributes.has('multiple')) : [],
    multiple: attributes.has('multiple'),
    attributes,
  }
}

function typeOf(element: string, type: string): string {
  if (element === 'input') return type || 'text'
  if (element !== 'button') return element
  return type === 'button' || type === 'reset' ? type : 'submit'
}

/** The text of a textarea, without the line break that may follow its tag. */
function textOf([token]: Token[]): string {
  return token?.type === 'text' ? token.text.replace(/^\r?\n/, '') : ''
}

function optionsIn(tokens: Token[], isMultiple: boolean): Option[] {
  const end = tokens.findIndex((token) => token.type === 'close' && token.name === 'select')
  const inside = end < 0 ? tokens : tokens.slice(0, end)
  const options = inside.flatMap((token, i): Option[] => {
    if (token.type !== 'open' || token.name !== 'option' || token.attributes.has('disabled'))
      return []
    const next = inside[i + 1]
    const label = next?.type === 'text' ? next.text.trim().replace(/\s+/g, ' ') : ''
    const value = token.attributes.get('value') ?? label
    return [{ value, selected: token.attributes.has('selected') }]
  })
  if (isMultiple || options.some(({ selected }) => selected)) return options
  return options.map((option, i) => ({ ...option, selected: i === 0 }))
}
