/**
 * Makes the anchor that GitHub gives a heading; the documentation site gives the same.
 *
 * @param {string} heading
 */
export function slug(heading) {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-')
}
