import { describe, expect, it } from 'vitest'
import { startSite } from '../../kit/node/browser.ts'

const site = await startSite()

const open = () => site.browser.newPage({ baseURL: site.url })

describe('the site without TLS', () => {
  it.each([
    ['localhost', [1, 2]],
    ['127.0.0.1', [1, 2]],
    ['app.localhost', [1, 2]],
    ['shop.test', [1, 1]], // a host that is not the machine's own
  ])('on %s counts %j', async (host, counts) => {
    const page = await open()
    const url = site.url.replace('localhost', host)
    for (const count of counts) {
      await page.goto(url)
      expect(await page.innerText('main')).toContain(`Count: ${count}`)
    }
    const kept = (await page.context().cookies()).map(({ name, secure }) => [name, secure])
    expect(kept).toEqual(counts[1] === 2 ? [['__Host-session', true]] : [])
  })
})

describe("the site's own form", () => {
  it.each([
    ['its own policy', null],
    ['no-referrer', 'null'],
  ])('is accepted under %s', async (_, policy) => {
    const page = await open()
    await page.goto('/cart')
    if (policy) {
      await page.evaluate(() => {
        const meta = Object.assign(document.createElement('meta'), { name: 'referrer' })
        document.head.append(Object.assign(meta, { content: 'no-referrer' }))
      })
    }
    const posted = page.waitForRequest((request) => request.method() === 'POST')
    await page.fill('input[name=item][type=text]', 'tea')
    await page.click('text=Add')
    expect(await (await posted).headerValue('Origin')).toBe(policy ?? site.url)
    expect(await page.innerText('[role=status] p')).toBe('Added “tea”.')
  })
})

describe('the site', () => {
  it('shows nothing of an invalidated session on the back button', async () => {
    const page = await open()
    await page.goto('/cart')
    await page.fill('input[name=item][type=text]', 'a secret wish')
    await page.click('text=Add')
    await page.waitForSelector('text=a secret wish')
    await page.click('nav >> text=Session')
    await page.waitForSelector('text=a secret wish')
    await page.click('button:text("Start over")')
    await page.waitForSelector('text=was forgotten')
    for (const path of ['/session', '/cart#items']) {
      await page.goBack({ waitUntil: 'commit' })
      await page.waitForURL(path)
      await page.waitForSelector('footer')
      expect(await page.innerText('body')).not.toContain('a secret wish')
    }
  })

  it('runs no injected script, unlike a page without its policy', async () => {
    const runs = async (address: string) => {
      const page = await open()
      await page.goto(address)
      return page.evaluate(async () => {
        document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="window.name = `ran`">')
        const script = document.createElement('script')
        script.textContent = 'window.name = `ran`'
        const image = document.images[document.images.length - 1]
        await new Promise((resolve) => image?.addEventListener('error', resolve))
        document.body.append(script)
        return window.name === 'ran'
      })
    }
    expect(await runs('data:text/html,<p>')).toBe(true)
    expect(await runs(site.url)).toBe(false)
  })
})
