import { attacker } from './attacker.ts'
import { shop } from './shop.tsx'

const shops = ['shop.test', 'app.acct.workers.dev', 'localhost']

/** Answers for all hosts: every host that is not a shop belongs to the attacker. */
export default {
  fetch(request: Request) {
    return (shops.includes(new URL(request.url).hostname) ? shop : attacker).fetch(request)
  },
}
