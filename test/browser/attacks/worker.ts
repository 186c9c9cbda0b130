import { attacker } from './attacker.ts'
import { shop } from './shop.tsx'

const shops = ['shop.test', 'app.acct.workers.dev', 'localhost']

/** Answers for all hosts: whatever is no shop is in the attacker's hands. */
export default {
  fetch(request: Request) {
    return (shops.includes(new URL(request.url).hostname) ? shop : attacker).fetch(request)
  },
}
