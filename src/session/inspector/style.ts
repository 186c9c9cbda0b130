/** The style of the drawing of a session, in the colors of the page that it is on. */
export const inspectorStyle = `
/* One kind of part, one color, wherever it is drawn */
.k-name {
  --k: light-dark(#4c5a54, #b8c4be);
}
.k-times {
  --k: light-dark(#96540f, #e6a565);
}
.k-id {
  --k: light-dark(#136a84, #7fd4e4);
}
.k-csrf {
  --k: light-dark(#a33a6b, #f09abf);
}
.k-flash {
  --k: light-dark(#5b4699, #b9a5f2);
}
.k-user {
  --k: light-dark(#8a2f22, #f2907f);
}
.k-sealed {
  --k: light-dark(#3d4a7a, #a9b6ea);
}
.k-signature {
  --k: light-dark(#0a6353, #6cd6bd);
}
.k-data-0 {
  --k: light-dark(#2b5c9e, #8ab8f0);
}
.k-data-1 {
  --k: light-dark(#7a4a12, #d9b48a);
}
.k-data-2 {
  --k: light-dark(#7d2a90, #e0a3f0);
}
.k-data-3 {
  --k: light-dark(#4f6a17, #b4d468);
}

/* The inspector */
.story {
  font-size: 1.125rem;
}
.panels,
.columns,
.legend,
.facts {
  display: grid;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, var(--column, 100%)), 1fr));
  gap: 1rem;
}
.columns {
  --column: 22rem;
}
section,
.panel {
  padding: var(--gap);
  border: 1px solid var(--line);
  border-radius: 0.75rem;
  background: var(--panel);
  & > :last-child {
    margin-block-end: 0;
  }
  &.plain {
    padding: 0;
    border: none;
    background: none;
  }
}
.panel {
  padding-block: 0.4rem;
  &[open] {
    padding-block-end: var(--gap);
  }
}
.drawing {
  display: block;
  width: 100%;
  margin-block: 0.5rem;
}
.free {
  fill: var(--line);
}
.left {
  fill: var(--accent);
}
.lens {
  stroke: var(--edge);
  stroke-dasharray: 4;
}
.bytes rect[class^="k-"] {
  fill: var(--k);
}
.magnified {
  & rect {
    stroke: var(--panel);
    stroke-width: 2px;
  }
  & .number {
    fill: var(--on-fill);
    font-size: 0.9375rem;
    font-weight: 700;
    text-anchor: middle;
  }
  & .none {
    display: none;
  }
}
.legend {
  --column: 15rem;
  gap: 0.35rem 2rem;
  margin-block-start: 1rem;
  counter-reset: part;
  & li {
    display: grid;
    grid-template-columns: auto 1fr auto;
    align-items: center;
    gap: 0.6rem;
    counter-increment: part;
    &::before {
      min-width: 1.6em;
      border-radius: 0.25rem;
      background: var(--k);
      color: var(--on-fill);
      content: counter(part);
      font-size: 0.8125rem;
      font-weight: 700;
      text-align: center;
    }
  }
}
.amount {
  color: var(--soft);
  font-variant-numeric: tabular-nums;
}
.time-bar {
  margin-block-end: 1.5rem;
  & p {
    margin: 0;
  }
}
.facts {
  grid-template-columns: auto 1fr;
  align-items: baseline;
  gap: 0.5rem 1rem;
  margin-block-end: 1rem;
}
.token {
  margin-block: 0.35rem 1.25rem;
  line-height: 1.9;
  & span {
    border-block-end: 3px solid var(--k);
    background: color-mix(in oklab, var(--k), var(--panel) 88%);
  }
  & sup {
    margin-inline-end: 0.15em;
    color: var(--k);
    font-size: 0.7em;
    font-weight: 700;
    line-height: 0;
    user-select: none;
  }
}
table {
  width: 100%;
  table-layout: fixed;
  border-collapse: collapse;
}
th,
td {
  width: 60%;
  padding: 0.5rem 0.75rem;
  border-block-end: 1px solid var(--line);
  text-align: start;
  vertical-align: top;
}
th {
  width: 40%;
  border-inline-start: 4px solid var(--k);
  & b {
    display: inline-block;
    width: 1em;
  }
}
.added {
  background: var(--accent-tint);
}
.removed {
  background: var(--danger-tint);
  & code {
    text-decoration: line-through;
  }
}
table + .note {
  margin-block-start: 0.75rem;
}
/* Drawings keep their colors here, and say in words what they show. */
@media (forced-colors: active) {
  .free {
    fill: Canvas;
    stroke: CanvasText;
  }
  .left {
    fill: Highlight;
  }
  .legend li::before,
  .bytes {
    forced-color-adjust: none;
  }
}
`
