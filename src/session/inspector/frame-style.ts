/** The page around it, if there is no other. Colors come in pairs, light then dark. */
export const frameStyle = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#f3f5f1, #121715);
  --panel: light-dark(#ffffff, #1a211e);
  --ink: light-dark(#18211d, #e4ebe7);
  --soft: light-dark(#52605a, #a5b3ac);
  --line: light-dark(#ced6d0, #36423c);
  --edge: light-dark(#75837c, #7d8d85);
  --accent: light-dark(#0a6353, #6cd6bd);
  --on-fill: light-dark(#ffffff, #101613);
  --accent-tint: light-dark(#dff0ea, #16332b);
  --danger-tint: light-dark(#fbe6e3, #3d1f1b);
  --mono: ui-monospace, "Cascadia Code", "Source Code Pro", Menlo, Consolas, monospace;
  --gap: clamp(1rem, 4vw, 1.75rem);
  font:
    1rem / 1.55 system-ui,
    sans-serif;
  color: var(--ink);
  background: var(--ground);
}
* {
  box-sizing: border-box;
}
:focus-visible {
  outline: 3px solid var(--accent);
  outline-offset: 2px;
}
body {
  max-width: 66rem;
  margin: 0 auto;
  padding: var(--gap);
  overflow-wrap: anywhere;
}
h1,
h2,
h3 {
  margin: 0 0 0.6em;
  font-size: 1.25rem;
  line-height: 1.2;
}
h1 {
  font-size: 2rem;
}
h3 {
  margin: 0;
  font-size: 1rem;
}
p {
  max-width: 65ch;
  margin: 0 0 1rem;
}
ul,
ol {
  margin: 0;
  padding: 0;
  list-style-type: "";
}
dl,
dd,
pre,
figure {
  margin: 0;
}
code,
pre {
  font: 0.875rem / 1.55 var(--mono);
}
pre {
  white-space: pre-wrap;
}
time {
  display: inline-block;
}
summary {
  min-height: 2.75rem;
  padding-block: 0.6rem;
  font-weight: 600;
  cursor: pointer;
}
.note,
dt {
  margin: 0;
  color: var(--soft);
  font-size: 0.875rem;
}
.unseen {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
`
