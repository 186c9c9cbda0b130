/** Values that backends have been known to change. */
export const awkward = [
  ['nothing', ''],
  ['quotes', `'"\`''""\\'\\"`],
  ['SQL', `'); DROP TABLE sessions; --`],
  ['a format', '%s %00 $text ?1 :key $1 {{text}}'],
  ['U+0000, escaped', '{"a":"\\u0000"}'],
  ['line ends', '\r\n\n\r\t '],
  ['spaces around', '  a  '],
  ['U+2028 and U+2029', '\u2028\u2029'],
  ['a byte order mark inside', '{"a":"\ufeff"}'],
  ['beyond ASCII', 'Zoë 日本 ÿ \u0080 \uffff \u{10ffff}'],
  ['emoji', '👩‍👩‍👧‍👦🍪'],
  ['half a surrogate pair, escaped', '{"a":"\\ud83c"}'],
  ['what looks like a number', '1e3'],
  ['what looks like null', 'null'],
  ['what looks like a URL', 'a=%26&b=+#c'],
  ['JSON with a spelling of its own', '[ 1700000000.0, 1,\t{"\\u0061": 1.0}]\n'],
] as const

/** Pairs of values that a backend might take for one another. */
export const twins = [
  ['a', 'A'],
  ['a', 'a '],
  ['1', '1.0'],
  ['1', '01'],
  ['é', 'e\u0301'],
  ['a\ufeff', 'a'],
  ['a%', 'ab'],
  ['null', ''],
] as const
