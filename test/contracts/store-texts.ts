/** Values that backends are known to corrupt. */
export const awkward = [
  ['nothing', ''],
  ['quotes', `'"\`''""\\'\\"`],
  ['SQL', `'); DROP TABLE sessions; --`],
  ['a format', '%s %00 $text ?1 :key $1 {{text}}'],
  ['NUL', 'a\0b\0'],
  ['line ends', '\r\n\n\r\t '],
  ['spaces around', '  a  '],
  ['U+2028 and U+2029', '\u2028\u2029'],
  ['a byte order mark', '\ufeffa'],
  ['beyond ASCII', 'Zoë 日本 ÿ \u0080 \uffff \u{10ffff}'],
  ['emoji', '👩‍👩‍👧‍👦🍪'],
  ['half a surrogate pair, escaped', '{"a":"\\ud83c"}'],
  ['what looks like a number', '1e3'],
  ['what looks like null', 'null'],
  ['what looks like a URL', 'a=%26&b=+#c'],
  ['JSON spelt its own way', '[ 1700000000.0, 1,\t{"\\u0061": 1.0}]\n'],
] as const

/** Pairs of values that a backend might confuse. */
export const twins = [
  ['a\0b', 'a\0c'],
  ['a', 'a\0'],
  ['a', 'A'],
  ['a', 'a '],
  ['1', '1.0'],
  ['1', '01'],
  ['é', 'e\u0301'],
  ['\ufeffa', 'a'],
  ['a%', 'ab'],
  ['null', ''],
] as const
