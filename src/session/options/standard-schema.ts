/**
 * A validator that speaks Standard Schema, as zod, valibot and arktype do: the part of the interface
 * that `session()` uses, declared here so that the package needs no other for its types.
 *
 * @typeParam Input - What the schema accepts.
 * @typeParam Output - What it returns.
 * @see https://standardschema.dev
 */
export interface StandardSchemaV1<Input = unknown, Output = Input> {
  /** Where every library keeps what it offers of the standard. */
  readonly '~standard': {
    readonly version: 1
    /** The library's name. */
    readonly vendor: string
    /** Present for type inference only. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>
  }
}

/** What a Standard Schema's `validate` returns: `issues` is present when the value is refused. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string }[] }
