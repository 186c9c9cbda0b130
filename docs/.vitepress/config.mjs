import { globSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { defineConfig } from 'vitepress'
import { slug } from '../../scripts/slug.js'

const { repository } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
)
const home = (repository?.url ?? 'https://github.com/your-name/edge-session').replace(
  /^git\+|\.git$/g,
  '',
)

const page = (text, link) => ({ text, link })

const sidebar = [
  {
    text: 'Start',
    items: [
      page('Tutorial', '/tutorial'),
      page('Choose a store', '/guides/choose-a-store'),
      page('Deploy to Cloudflare', '/guides/deploy-to-cloudflare'),
      page('Deploy to Deno', '/guides/deploy-to-deno'),
    ],
  },
  {
    text: 'Guides',
    items: [
      page('Log in and out', '/guides/login'),
      page('Show flash messages', '/guides/flash-messages'),
      page('Build a cart', '/guides/cart'),
      page('Use several sessions', '/guides/several-sessions'),
      page('Rotate a secret', '/guides/rotate-a-secret'),
      page('Work with caches and CDNs', '/guides/caching'),
      page('Validate the data', '/guides/validate-the-data'),
      page('Test your app', '/guides/testing'),
      page('Watch events', '/guides/events'),
      page('Device-bound sessions', '/guides/device-bound-sessions'),
    ],
  },
  {
    text: 'Moving from',
    items: [
      page('Pyramid', '/moving/pyramid'),
      page('express-session', '/moving/express-session'),
      page('@hono/session', '/moving/hono-session'),
      page('hono-sessions', '/moving/hono-sessions'),
      page('iron-session', '/moving/iron-session'),
    ],
  },
  {
    text: 'Background',
    items: [
      page('How it works', '/how-it-works'),
      page('Comparison', '/comparison'),
      page('Not wanted, and why', '/not-wanted'),
      page('Attacks', '/attacks'),
      page('OWASP’s requirements', '/asvs'),
    ],
  },
  {
    text: 'Reference',
    collapsed: true,
    items: globSync('reference/**/*.md', { cwd: new URL('..', import.meta.url) })
      .map((file) => file.replace(/^reference\/|\.md$/g, ''))
      .toSorted((a, b) => Number(b === 'index') - Number(a === 'index') || a.localeCompare(b))
      .map((name) =>
        name === 'index'
          ? page('edge-session', '/reference/')
          : page(`edge-session/${name}`, `/reference/${name}`),
      ),
  },
  {
    text: 'Contribute',
    items: [
      page('Architecture', '/architecture'),
      page('Design', '/design'),
      page('Style', '/style'),
    ],
  },
]

/** Lets links that leave this folder lead to the repository, where their files are. */
function linkToRepository(md) {
  md.core.ruler.push('repository-links', ({ tokens, env }) => {
    for (const { children } of tokens) {
      for (const token of children ?? []) {
        const target = token.attrGet('href') ?? ''
        if (token.type !== 'link_open' || !target.startsWith('../')) continue
        const path = posix.join('docs', posix.dirname(env.relativePath), target)
        if (!path.startsWith('docs/')) token.attrSet('href', `${home}/blob/main/${path}`)
      }
    }
  })
}

export default defineConfig({
  title: 'edge-session',
  description: 'Sessions and flash messages for Hono, on Workers, Node, Deno and Bun',
  lang: 'en-US',
  cleanUrls: true,
  ignoreDeadLinks: 'localhostLinks',
  markdown: { anchor: { slugify: slug }, config: (md) => md.use(linkToRepository) },
  themeConfig: {
    search: { provider: 'local' },
    nav: [
      page('Tutorial', '/tutorial'),
      page('Reference', '/reference/'),
      page('Repository', home),
    ],
    sidebar,
    outline: 'deep',
    docFooter: { prev: 'Previous', next: 'Next' },
  },
  vite: { server: { fs: { allow: ['../..'] } } },
})
